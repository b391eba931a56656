//! `docs/RELIABILITY.md` names a test for each promise, and each of them is there.

use std::{collections::BTreeSet, fs};

use super::sources::root;

/// The rows that are promised today.
const ROWS: &[u32] = &[
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 21, 22, 23, 24, 25, 26, 28,
    29, 31, 32, 48, 49, 50, 51, 52, 53, 54, 60, 61, 62, 63, 65, 66, 67, 68, 69, 70, 71, 73, 74, 75,
    76, 77, 78, 79, 80, 81, 82, 84, 85, 86, 88, 89, 92, 93, 95, 96, 97, 99, 100, 101, 102, 103,
    107, 125, 127, 129, 130, 131, 134, 135, 136, 137, 139, 181, 182,
];

/// The rows of the tables: the number, and what stands between backticks in the last column.
fn rows(text: &str) -> Vec<(u32, Vec<String>)> {
    let row = |line: &str| {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let number = cells.first()?.parse().ok()?;
        let quoted = cells.last()?.split('`').skip(1).step_by(2);
        Some((number, quoted.map(str::to_owned).collect()))
    };
    text.lines().filter_map(row).collect()
}

/// Whether the source has a test of this name, or a scenario that runs on both engines.
fn is_run(source: &str, name: &str) -> bool {
    let Some((before, _)) = source.split_once(&format!("fn {name}(")) else {
        return false;
    };
    let above = before.rsplit('\n').skip(1).map(str::trim);
    let mut attributes = above.take_while(|line| line.starts_with("#["));
    let list = source.split_once("both_engines!(");
    let list = list.and_then(|(_, rest)| rest.split_once(");"));
    attributes.any(|line| line.contains("test"))
        || list.is_some_and(|(names, _)| names.split(',').any(|each| each.trim() == name))
}

#[test]
fn every_promise_names_its_tests_and_they_are_there() {
    let text = fs::read_to_string(root().join("docs/RELIABILITY.md")).unwrap();
    let rows = rows(&text);
    let numbers: BTreeSet<u32> = rows.iter().map(|(number, _)| *number).collect();
    assert_eq!(numbers.len(), rows.len(), "a row stands twice");
    assert_eq!(numbers, ROWS.iter().copied().collect());
    for (number, tests) in rows {
        assert!(!tests.is_empty(), "row {number} is held by nothing");
        for test in tests {
            let (file, name) = test.split_once("::").unwrap();
            let source = fs::read_to_string(root().join(file));
            let source = source.unwrap_or_else(|_| panic!("row {number}: there is no {file}"));
            assert!(is_run(&source, name), "row {number}: nothing runs {test}");
        }
    }
}
