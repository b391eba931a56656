//! How much one request may ask for.

use std::time::Duration;

use domain::base::page::PageSizes;
use graphql::document;

use super::{problem::Problems, reader::Reader};

/// How much one request may ask for.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes of a body.
    pub body: usize,
    /// The time for an operation of somebody who is logged in; others have half.
    pub operation: Duration,
    /// What a document may ask for.
    pub documents: document::Limits,
}

pub(super) fn read(reader: &mut Reader) -> Limits {
    let usual = document::Limits::default();
    let seconds = reader.number("FABRICA_LIMIT_SECONDS", 10, 1, 60);
    let pages = PageSizes {
        most: reader.number("FABRICA_LIMIT_PAGE", usual.pages.most, 1, 1000),
        usual: reader.number("FABRICA_LIMIT_USUAL_PAGE", usual.pages.usual, 1, 1000),
    };
    let cost = reader.number("FABRICA_LIMIT_COST", usual.cost, 100, 1_000_000);
    let anonymous_cost = reader.number(
        "FABRICA_LIMIT_ANONYMOUS_COST",
        usual.anonymous_cost,
        100,
        1_000_000,
    );
    let mut count = |name, usual: usize, least, most| {
        let value = reader.number(name, usual as u64, least, most);
        usize::try_from(value).unwrap_or(usual)
    };
    Limits {
        body: count("FABRICA_LIMIT_BODY_BYTES", 64 * 1024, 1024, 1024 * 1024),
        operation: Duration::from_secs(seconds),
        documents: document::Limits {
            bytes: count("FABRICA_LIMIT_DOCUMENT_BYTES", usual.bytes, 1024, 65_536),
            tokens: count("FABRICA_LIMIT_TOKENS", usual.tokens, 100, 10_000),
            nesting: count("FABRICA_LIMIT_NESTING", usual.nesting, 8, 64),
            operations: count("FABRICA_LIMIT_OPERATIONS", usual.operations, 1, 50),
            depth: count("FABRICA_LIMIT_DEPTH", usual.depth, 4, 24),
            aliases: count("FABRICA_LIMIT_ALIASES", usual.aliases, 0, 200),
            mutations: count("FABRICA_LIMIT_MUTATIONS", usual.mutations, 1, 20),
            directives: count("FABRICA_LIMIT_DIRECTIVES", usual.directives, 0, 100),
            errors: count("FABRICA_LIMIT_ERRORS", usual.errors, 1, 100),
            cost,
            anonymous_cost,
            pages,
            ..usual
        },
    }
}

/// What limits must be beside each other.
pub(super) fn check(limits: &Limits, problems: &mut Problems) {
    let documents = &limits.documents;
    let mut at_most = |name, value, most, what: &str| {
        if value > most {
            problems.add(name, format!("write at most {most}, the value of {what}"));
        }
    };
    at_most(
        "FABRICA_LIMIT_USUAL_PAGE",
        documents.pages.usual,
        documents.pages.most,
        "FABRICA_LIMIT_PAGE",
    );
    at_most(
        "FABRICA_LIMIT_ANONYMOUS_COST",
        documents.anonymous_cost,
        documents.cost,
        "FABRICA_LIMIT_COST",
    );
    at_most(
        "FABRICA_LIMIT_DOCUMENT_BYTES",
        documents.bytes as u64,
        limits.body as u64,
        "FABRICA_LIMIT_BODY_BYTES",
    );
}

/// The value of this setting, when it is one of these.
pub(super) fn value(limits: &Limits, name: &str) -> Option<String> {
    let documents = &limits.documents;
    let value = match name {
        "FABRICA_LIMIT_BODY_BYTES" => limits.body as u64,
        "FABRICA_LIMIT_SECONDS" => limits.operation.as_secs(),
        "FABRICA_LIMIT_DOCUMENT_BYTES" => documents.bytes as u64,
        "FABRICA_LIMIT_TOKENS" => documents.tokens as u64,
        "FABRICA_LIMIT_NESTING" => documents.nesting as u64,
        "FABRICA_LIMIT_OPERATIONS" => documents.operations as u64,
        "FABRICA_LIMIT_DEPTH" => documents.depth as u64,
        "FABRICA_LIMIT_ALIASES" => documents.aliases as u64,
        "FABRICA_LIMIT_MUTATIONS" => documents.mutations as u64,
        "FABRICA_LIMIT_DIRECTIVES" => documents.directives as u64,
        "FABRICA_LIMIT_ERRORS" => documents.errors as u64,
        "FABRICA_LIMIT_COST" => documents.cost,
        "FABRICA_LIMIT_ANONYMOUS_COST" => documents.anonymous_cost,
        "FABRICA_LIMIT_PAGE" => documents.pages.most,
        "FABRICA_LIMIT_USUAL_PAGE" => documents.pages.usual,
        _ => return None,
    };
    Some(value.to_string())
}
