//! The first look, in one pass over the bytes: how many tokens, how deep. The parser recurses; a document
//! nested deep enough would take the whole process down.

use async_graphql::ServerError;

use super::{
    limits::Limits,
    refusal::{too_deep, too_large},
};

/// What a document weighs before anything is known about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Measure {
    /// Tokens, roughly; never too few.
    pub(super) tokens: usize,
    /// Open `{`, `[` and `(` at the deepest place.
    pub(super) nesting: usize,
}

/// Measures the text, so that it may be parsed.
///
/// # Errors
/// Too long, too deep, or too many tokens, with the limit in the message.
pub(super) fn scan(text: &str, limits: &Limits) -> Result<Measure, ServerError> {
    if text.len() > limits.bytes {
        return Err(too_large("bytes", limits.bytes));
    }
    let measure = measure(text);
    if measure.nesting > limits.nesting {
        return Err(too_deep("brackets", limits.nesting));
    }
    if measure.tokens > limits.tokens {
        return Err(too_large("tokens", limits.tokens));
    }
    Ok(measure)
}

/// How many tokens, and how deep. Where the text is no GraphQL the figures are only roughly right, but
/// never too small for brackets outside strings and comments.
fn measure(text: &str) -> Measure {
    let mut rest = text.as_bytes();
    let (mut tokens, mut depth, mut deepest) = (0usize, 0usize, 0usize);
    while let Some((&first, tail)) = rest.split_first() {
        rest = match first {
            b' ' | b'\t' | b'\r' | b'\n' | b',' => tail,
            b'#' => skip_while(tail, |byte| byte != b'\n' && byte != b'\r'),
            b'"' => {
                tokens += 1;
                skip_string(tail)
            }
            b'{' | b'[' | b'(' => {
                tokens += 1;
                depth += 1;
                deepest = deepest.max(depth);
                tail
            }
            b'}' | b']' | b')' => {
                tokens += 1;
                depth = depth.saturating_sub(1);
                tail
            }
            b'.' if tail.starts_with(b"..") => {
                tokens += 1;
                tail.get(2..).unwrap_or_default()
            }
            byte if is_word(byte) => {
                tokens += 1;
                skip_while(tail, is_word)
            }
            _ => {
                tokens += 1;
                tail
            }
        };
    }
    Measure {
        tokens,
        nesting: deepest,
    }
}

const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn skip_while(text: &[u8], skipped: impl Fn(u8) -> bool) -> &[u8] {
    let length = text.iter().take_while(|byte| skipped(**byte)).count();
    text.get(length..).unwrap_or_default()
}

/// What follows a string whose first quote was read. A string that is never closed ends with its line,
/// as for the parser: what comes after it counts.
pub(super) fn skip_string(text: &[u8]) -> &[u8] {
    if let Some(mut block) = text.strip_prefix(b"\"\"") {
        loop {
            if let Some(rest) = block.strip_prefix(b"\\\"\"\"") {
                block = rest;
            } else if let Some(rest) = block.strip_prefix(b"\"\"\"") {
                return rest;
            } else if let Some((_, rest)) = block.split_first() {
                block = rest;
            } else {
                return block;
            }
        }
    }
    let mut rest = text;
    while let Some((&byte, tail)) = rest.split_first() {
        rest = match byte {
            b'"' => return tail,
            b'\n' | b'\r' => return rest,
            b'\\' => tail.split_first().map_or(tail, |(_, tail)| tail),
            _ => tail,
        };
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nesting(text: &str) -> usize {
        measure(text).nesting
    }

    #[test]
    fn brackets_of_every_kind_count_and_close() {
        assert_eq!(nesting("{a(b:[1 2])}"), 3);
        assert_eq!(nesting("{a(b:{c:[1]}) d(e:[])}"), 4);
        assert_eq!(nesting("query($a:[[Int]]){a}"), 3);
    }

    #[test]
    fn brackets_in_strings_and_comments_do_not_count() {
        let brackets = "[".repeat(100);
        let document = format!(
            "# {brackets}\n{{ a(b: \"{brackets}\\\"\", c: \"\"\"{brackets} \\\"\"\" \"\"\") }}"
        );
        let expected = Measure {
            tokens: 11,
            nesting: 2,
        };
        assert_eq!(measure(&document), expected);
    }

    #[test]
    fn a_string_that_is_not_closed_hides_nothing() {
        let document = format!("{{a(b:\"\n{}", "[".repeat(100));
        assert_eq!(nesting(&document), 102);
    }

    #[test]
    fn a_spread_is_one_token() {
        assert_eq!(measure("{...A}").tokens, 4);
    }
}
