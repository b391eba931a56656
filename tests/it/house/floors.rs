//! Who may use whom: the rooms of `domain`, and the crates.

use std::fs;

use super::sources::{root, rust_files, without_comments};

/// The rooms of `domain`, lowest row first. A room imports from its own row only where that stands here: later
/// ones of a row from earlier ones.
const ROWS: &[(&[&str], Within)] = &[
    (&["base", "ports"], Within::Together),
    (
        &["audit", "test_clocks", "notify", "users"],
        Within::InOrder,
    ),
    (&["ledger"], Within::Apart),
    (&["plans"], Within::Apart),
    (&["subscriptions"], Within::Apart),
    (&["orders"], Within::Apart),
    (&["payments", "invoices", "refunds"], Within::InOrder),
    (&["flows"], Within::Apart),
    (&["verify"], Within::Apart),
];

/// What rooms of one row may do with each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Within {
    /// Nothing.
    Apart,
    /// The later ones use the earlier ones.
    InOrder,
    /// They use each other.
    Together,
}

fn place(room: &str) -> Option<(usize, usize)> {
    ROWS.iter().enumerate().find_map(|(row, (rooms, _))| {
        let position = rooms.iter().position(|known| *known == room)?;
        Some((row, position))
    })
}

fn may_use(user: &str, used: &str) -> bool {
    let (Some((user_row, user_place)), Some((row, place))) = (place(user), place(used)) else {
        return false;
    };
    match ROWS[row].1 {
        _ if user == used || row < user_row => true,
        _ if row > user_row => false,
        Within::Apart => false,
        Within::InOrder => place < user_place,
        Within::Together => true,
    }
}

/// The rooms that a text names after `crate::`, in `use` lines and elsewhere.
fn named_rooms(text: &str) -> Vec<String> {
    let mut rooms = Vec::new();
    for after in text.split("crate::").skip(1) {
        match after.strip_prefix('{') {
            Some(list) => rooms.extend(first_names(list)),
            None => rooms.push(identifier(after)),
        }
    }
    rooms
}

/// The first name of each part of `{a, b::c, d::{e, f}}`, without what is deeper inside.
fn first_names(list: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut depth = 0;
    let mut part = String::new();
    for character in list.chars() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => names.push(identifier(&std::mem::take(&mut part))),
            other if depth == 0 => part.push(other),
            _ => {}
        }
    }
    names.push(identifier(&part));
    names.retain(|name| !name.is_empty());
    names
}

fn identifier(text: &str) -> String {
    text.trim_start()
        .chars()
        .take_while(|character| character.is_ascii_alphanumeric() || *character == '_')
        .collect()
}

#[test]
fn rooms_use_lower_rows_alone() {
    let mut wrong = Vec::new();
    let mut seen = 0;
    for (path, text) in rust_files("domain/src") {
        let inside = path.strip_prefix("domain/src/").unwrap();
        let Some((room, rest)) = inside.split_once('/') else {
            continue;
        };
        assert!(
            place(room).is_some(),
            "{room} has no row: give it one here and in ARCHITECTURE.md"
        );
        let text = without_comments(&text);
        for used in named_rooms(&text) {
            seen += 1;
            if !may_use(room, &used) {
                wrong.push(format!("{path}: {room} uses {used}"));
            }
        }
        let way_out = "super::".repeat(rest.matches('/').count() + 2);
        if text.contains(&way_out) {
            wrong.push(format!("{path}: leaves its room by `{way_out}`"));
        }
    }
    assert!(seen > 80, "only {seen} imports were found");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_reader_of_imports_reads_what_is_written() {
    let text =
        "use crate::{\n    base::{Error, Op},\n    orders,\n};\nlet x = crate::flows::settle();";
    assert_eq!(named_rooms(text), ["base", "orders", "flows"]);
    assert!(may_use("flows", "users") && may_use("users", "audit") && may_use("ports", "base"));
    assert!(
        !may_use("orders", "payments") && !may_use("audit", "users") && !may_use("plans", "none")
    );
}

/// What each crate may never depend on.
const NEVER: &[(&str, &[&str])] = &[
    (
        "entity",
        &[
            "domain",
            "graphql",
            "adapters",
            "migration",
            "async-graphql",
            "axum",
            "reqwest",
            "redis",
            "tokio",
            "jsonwebtoken",
            "tokio-cron-scheduler",
            "tracing",
        ],
    ),
    (
        "domain",
        &[
            "graphql",
            "adapters",
            "migration",
            "async-graphql",
            "axum",
            "redis",
            "reqwest",
            "jsonwebtoken",
            "tokio-cron-scheduler",
        ],
    ),
    (
        "graphql",
        &["adapters", "migration", "axum", "redis", "reqwest"],
    ),
    (
        "adapters",
        &["graphql", "migration", "async-graphql", "axum"],
    ),
    ("migration", &["entity", "domain", "graphql", "adapters"]),
];

#[test]
fn crates_use_lower_floors_alone() {
    for (name, never) in NEVER {
        let manifest = fs::read_to_string(root().join(name).join("Cargo.toml")).unwrap();
        let manifest: toml::Table = manifest.parse().unwrap();
        let dependencies = manifest["dependencies"].as_table().unwrap();
        assert!(!dependencies.is_empty());
        for dependency in dependencies.keys() {
            assert!(
                !never.contains(&dependency.as_str()),
                "{name} uses {dependency}"
            );
        }
    }
}

#[test]
fn a_mod_file_holds_docs_and_names_alone() {
    let mut wrong = Vec::new();
    for folder in [
        "src",
        "entity/src",
        "domain/src",
        "graphql/src",
        "adapters/src",
        "migration/src",
    ] {
        for (path, text) in rust_files(folder) {
            if path.ends_with("/mod.rs") {
                let text = without_comments(&text);
                let statements = text.split(';').map(without_attributes);
                wrong.extend(
                    statements
                        .filter(|statement| !is_a_name(statement))
                        .map(|statement| format!("{path}: {statement}")),
                );
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn without_attributes(statement: &str) -> String {
    let lines = statement.lines().map(str::trim);
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with("#["));
    lines.collect::<Vec<_>>().join(" ")
}

fn is_a_name(statement: &str) -> bool {
    let statement = match statement.split_once(' ') {
        Some((visibility, rest)) if visibility.starts_with("pub") => rest,
        _ => statement,
    };
    statement.is_empty()
        || statement.starts_with("use ")
        || (statement.starts_with("mod ") && !statement.contains('{'))
}
