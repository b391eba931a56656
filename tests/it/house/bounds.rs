//! The bounds that `docs/API.md` tells callers are those that the server keeps.

use std::fs;

use fabrica::{config, http};

use super::sources::root;

/// A number as people write it: `1,000`.
fn people(number: u64) -> String {
    match number / 1000 {
        0 => number.to_string(),
        thousands => format!("{},{:03}", people(thousands), number % 1000),
    }
}

fn count(number: usize) -> String {
    people(number as u64)
}

#[test]
fn the_bounds_in_the_docs_are_those_of_the_server() {
    let set = config::load_from([], None).unwrap().limits;
    let ask = &set.documents;
    let take = http::Limits::default();
    let seconds = |time: std::time::Duration| time.as_secs();
    let lines = [
        format!(
            "| document | {} KiB, {} tokens, {} levels of brackets, {} operations, {} directives |",
            ask.bytes / 1024,
            count(ask.tokens),
            ask.nesting,
            ask.operations,
            ask.directives
        ),
        format!(
            "| what it asks for, fragments spread in | {} levels of fields, {} selections, {} aliases, {} mutations |",
            ask.depth,
            count(ask.selections),
            ask.aliases,
            ask.mutations
        ),
        format!(
            "| cost of an operation | {}, {} without a session:",
            people(ask.cost),
            people(ask.anonymous_cost)
        ),
        format!(
            "| time of an operation | {} s, {} s without a session |",
            seconds(take.operation),
            seconds(take.operation) / 2
        ),
        format!(
            "| time for headers, for a body | {} s, {} s |",
            seconds(take.headers),
            seconds(take.body)
        ),
        format!(
            "| connections, sockets and streams of one address | {}, {} (",
            take.connections, take.sockets_of_address
        ),
        format!(
            "| sockets and streams of one person, subscriptions on one socket | {}, {} |",
            take.sockets_of_user, take.subscriptions
        ),
        format!(
            "| answers of one subscription | {} in any one second |",
            take.answers
        ),
        format!("no `connection_init` within {} s;", seconds(take.init)),
        format!("a body above {} KiB 413", set.body / 1024),
        format!("| errors of one answer | {} |", ask.errors),
    ];
    let text = fs::read_to_string(root().join("docs/API.md")).unwrap();
    for line in lines {
        assert!(text.contains(&line), "docs/API.md does not say: {line}");
    }
}
