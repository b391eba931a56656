//! Code 39, drawn as a picture for the page: nine elements a sign, three of them wide.

use std::fmt::Write as _;

/// A wide element is this many narrow ones.
const WIDE: u32 = 3;
const HEIGHT: u32 = 64;
/// The white before and after, in narrow elements.
const QUIET: u32 = 10;

/// An SVG picture of the text; `None` when a sign has no bars in Code 39.
#[must_use]
pub fn svg(text: &str) -> Option<String> {
    let mut bars = String::new();
    let mut at = QUIET;
    let framed = std::iter::once('*')
        .chain(text.chars())
        .chain(std::iter::once('*'));
    for sign in framed {
        let pattern = pattern(sign)?;
        for (position, element) in pattern.bytes().enumerate() {
            let width = if element == b'w' { WIDE } else { 1 };
            if position % 2 == 0 {
                // Writing to a string cannot fail.
                let _ = write!(
                    bars,
                    "<rect x=\"{at}\" width=\"{width}\" height=\"{HEIGHT}\"/>"
                );
            }
            at += width;
        }
        at += 1;
    }
    let total = at - 1 + QUIET;
    Some(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {total} {HEIGHT}\" role=\"img\" \
         preserveAspectRatio=\"none\" shape-rendering=\"crispEdges\"><title>{text}</title>{bars}</svg>"
    ))
}

/// Bars and spaces in turn, beginning with a bar; `w` is wide.
const fn pattern(sign: char) -> Option<&'static str> {
    Some(match sign {
        '0' => "nnnwwnwnn",
        '1' => "wnnwnnnnw",
        '2' => "nnwwnnnnw",
        '3' => "wnwwnnnnn",
        '4' => "nnnwwnnnw",
        '5' => "wnnwwnnnn",
        '6' => "nnwwwnnnn",
        '7' => "nnnwnnwnw",
        '8' => "wnnwnnwnn",
        '9' => "nnwwnnwnn",
        'A' => "wnnnnwnnw",
        'B' => "nnwnnwnnw",
        'C' => "wnwnnwnnn",
        'D' => "nnnnwwnnw",
        'E' => "wnnnwwnnn",
        'F' => "nnwnwwnnn",
        'G' => "nnnnnwwnw",
        'H' => "wnnnnwwnn",
        'I' => "nnwnnwwnn",
        'J' => "nnnnwwwnn",
        'K' => "wnnnnnnww",
        'L' => "nnwnnnnww",
        'M' => "wnwnnnnwn",
        'N' => "nnnnwnnww",
        'O' => "wnnnwnnwn",
        'P' => "nnwnwnnwn",
        'Q' => "nnnnnnwww",
        'R' => "wnnnnnwwn",
        'S' => "nnwnnnwwn",
        'T' => "nnnnwnwwn",
        'U' => "wwnnnnnnw",
        'V' => "nwwnnnnnw",
        'W' => "wwwnnnnnn",
        'X' => "nwnnwnnnw",
        'Y' => "wwnnwnnnn",
        'Z' => "nwwnwnnnn",
        '-' => "nwnnnnwnw",
        '*' => "nwnnwnwnn",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_sign_has_three_wide_elements_and_bars_of_its_own() {
        let signs: Vec<char> = ('0'..='9').chain('A'..='Z').chain(['-', '*']).collect();
        let patterns: HashSet<_> = signs.iter().map(|sign| pattern(*sign).unwrap()).collect();
        assert_eq!(patterns.len(), signs.len());
        for pattern in patterns {
            assert_eq!(pattern.len(), 9);
            assert_eq!(pattern.matches('w').count(), 3, "{pattern}");
        }
    }

    #[test]
    fn a_text_is_framed_and_anything_else_is_refused() {
        let picture = svg("A1").unwrap();
        // Four signs of five bars each.
        assert_eq!(picture.matches("<rect").count(), 20);
        assert!(picture.contains("viewBox=\"0 0 83 64\""), "{picture}");
        assert_eq!(svg("a"), None);
        assert_eq!(svg("<"), None);
    }
}
