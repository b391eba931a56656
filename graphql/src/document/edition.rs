//! What the edition of September 2025 writes and the library's parser does not read: descriptions of operations,
//! fragments and variables, and code points beyond 16 bits in strings. It is put in older words, with every other
//! token where it stood, so that errors point to the caller's own text.

use std::borrow::Cow;

use super::scan;

/// The same document in words that the library reads. What is wrong in it stays wrong.
pub(super) fn older(text: &str) -> Cow<'_, str> {
    if !text.contains('"') {
        return Cow::Borrowed(text);
    }
    let mut writer = Writer::default();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' => string_length(rest),
            '#' => rest.find(['\n', '\r']).unwrap_or(rest.len()),
            _ => first.len_utf8(),
        };
        let (token, after) = rest.split_at(length);
        match first {
            '"' => writer.string(token, after),
            '#' => writer.written.push_str(token),
            _ => writer.letter(first),
        }
        rest = after;
    }
    Cow::Owned(writer.written)
}

#[derive(Default)]
struct Writer {
    written: String,
    /// Open brackets.
    depth: usize,
    /// Whether the brackets of a definition's variables are open, and nothing within them.
    among_variables: bool,
    /// The last letter that means something.
    last: Option<char>,
}

impl Writer {
    fn letter(&mut self, letter: char) {
        match letter {
            '{' | '[' | '(' => self.depth += 1,
            '}' | ']' | ')' => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        match (letter, self.depth) {
            ('(', 1) => self.among_variables = true,
            (_, 0) => self.among_variables = false,
            _ => {}
        }
        if !is_ignored(letter) {
            self.last = Some(letter);
        }
        self.written.push(letter);
    }

    fn string(&mut self, token: &str, after: &str) {
        if self.describes(after) {
            self.written.extend(token.chars().map(blank));
            return;
        }
        self.last = Some('"');
        match token.starts_with("\"\"\"") {
            true => self.written.push_str(token),
            false => self.written.push_str(&narrow(token)),
        }
    }

    /// Whether a string here says what the following is about. A value stands after `=` or `:`.
    fn describes(&self, after: &str) -> bool {
        let next = next_token(after);
        match self.depth {
            0 => ["query", "mutation", "subscription", "fragment"]
                .iter()
                .any(|word| starts_with_word(next, word)),
            1 => {
                self.among_variables
                    && next.starts_with('$')
                    && !matches!(self.last, Some('=' | ':'))
            }
            _ => false,
        }
    }
}

/// The string with each code point written in four digits or as itself, and spaces behind for what that saved.
fn narrow(token: &str) -> String {
    let mut written = String::with_capacity(token.len());
    let mut rest = token;
    let mut saved = 0;
    while let Some(first) = rest.chars().next() {
        let (length, letter) = match escaped(rest) {
            Some((length, letter)) => (length, letter),
            None => (first.len_utf8(), None),
        };
        let (as_it_stood, after) = rest.split_at(length);
        match letter {
            None => written.push_str(as_it_stood),
            Some(letter) if u32::from(letter) > 0xFFFF => {
                written.push(letter);
                saved += length - 1;
            }
            Some(letter) => {
                written.push_str(&format!("\\u{:04X}", u32::from(letter)));
                saved += length.saturating_sub(6);
            }
        }
        rest = after;
    }
    written.push_str(&" ".repeat(saved));
    written
}

/// How long the escape at the start is, and what it stands for if the library does not know it.
fn escaped(text: &str) -> Option<(usize, Option<char>)> {
    let escape = text.strip_prefix('\\')?;
    if let Some(digits) = escape.strip_prefix("u{") {
        let known = digits.split_once('}').and_then(|(digits, _)| {
            let letter = char::from_u32(hexadecimal(digits)?)?;
            Some((4 + digits.len(), Some(letter)))
        });
        return known.or(Some((1, None)));
    }
    let half = |text: &str| hexadecimal(text.strip_prefix("\\u")?.get(..4)?);
    if let (Some(high @ 0xD800..0xDC00), Some(low @ 0xDC00..0xE000)) =
        (half(text), text.get(6..).and_then(half))
    {
        let letter = char::from_u32(0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00));
        return Some((12, letter));
    }
    let length = escape.chars().next().map_or(1, |next| 1 + next.len_utf8());
    Some((length, None))
}

fn hexadecimal(digits: &str) -> Option<u32> {
    let all = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    all.then(|| u32::from_str_radix(digits, 16).ok()).flatten()
}

/// How long the string at the start is, quotes and all.
fn string_length(text: &str) -> usize {
    let inside = text.as_bytes().get(1..).unwrap_or_default();
    text.len() - scan::skip_string(inside).len()
}

/// The text from its next token on.
fn next_token(text: &str) -> &str {
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(is_ignored);
        match rest.starts_with('#') {
            true => rest = rest.trim_start_matches(|letter| !matches!(letter, '\n' | '\r')),
            false => return rest,
        }
    }
}

fn starts_with_word(text: &str, word: &str) -> bool {
    let after = text.strip_prefix(word);
    let ends =
        |after: &str| !after.starts_with(|next: char| next.is_ascii_alphanumeric() || next == '_');
    after.is_some_and(ends)
}

const fn is_ignored(letter: char) -> bool {
    matches!(letter, ' ' | '\t' | '\r' | '\n' | ',' | '\u{FEFF}')
}

const fn blank(letter: char) -> char {
    match letter {
        '\n' | '\r' => letter,
        _ => ' ',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptions_become_spaces_and_lines_stay() {
        assert_eq!(older("\"é\" query Q{a}"), "    query Q{a}");
        assert_eq!(
            older("\"\"\"\n{[\\\"\"\"\n\"\"\"# x\nfragment"),
            "   \n      \n   # x\nfragment"
        );
        assert_eq!(
            older("query($a:S=\"x\" \"y\" $b:S,\"\"\"z\"\"\"$c:S){a}"),
            "query($a:S=\"x\"     $b:S,       $c:S){a}"
        );
    }

    #[test]
    fn other_strings_stay() {
        for text in [
            "{a(b:\"query\" c:[\"x\" $d])}",
            "\"no\" {a}",
            "\"no\" queries",
            "query($a:S=\"x\" $b:S @c(d:\"$\")){a(b:\"\" $c)}",
            "{a(b:\"\\\"\" c:\"\"\"\\u{72}\"\"\" d:\"\\\\u{72}\")}",
            "{a(b:\"\\u{110000}\\uD800\\u{\\q\\u{+1}\\u00e9\")}",
            "# \"\nquery Q{a}",
            "{a(b:\"",
            "\"\"\"query",
            "\"\\",
        ] {
            assert_eq!(older(text), text);
        }
    }

    #[test]
    fn code_points_are_written_so_that_the_rest_stays_in_place() {
        assert_eq!(older("(a:\"\\u{72}\" b"), "(a:\"\\u0072\" b");
        assert_eq!(older("(a:\"\\u{00022}!\" b"), "(a:\"\\u0022!\"    b");
        assert_eq!(older("(a:\"\\u{1F600}\" b"), "(a:\"\u{1F600}\"         b");
        assert_eq!(
            older("(a:\"\\uD83D\\uDE00\" b"),
            "(a:\"\u{1F600}\"            b"
        );
    }
}
