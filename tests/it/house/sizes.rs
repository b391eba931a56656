//! How large files may grow.

use super::sources::rust_files;

const MOST_LINES: usize = 600;

#[test]
fn no_file_has_more_than_600_lines() {
    let large: Vec<String> = rust_files("")
        .into_iter()
        .map(|(path, text)| (path, text.lines().count()))
        .filter(|(_, lines)| *lines > MOST_LINES)
        .map(|(path, lines)| format!("{path}: {lines}"))
        .collect();
    assert!(large.is_empty(), "split them at 350: {large:#?}");
}
