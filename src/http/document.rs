//! A first look at a document before anything parses it: its size, its tokens and its nesting, in one pass.
//! The parser recurses; a document nested deep enough would take the whole process down.

use async_graphql::{
    ServerError,
    parser::{
        parse_query,
        types::{DocumentOperations, ExecutableDocument, OperationType},
    },
};

/// Bytes of a document.
const LONGEST: usize = 16 * 1024;
/// Tokens of a document.
const MOST_TOKENS: usize = 2000;
/// Nesting of `{`, `[` and `(`.
const DEEPEST: usize = 32;

/// A document that may be parsed by the library, and what its operation is.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) parsed: ExecutableDocument,
    pub(super) kind: OperationType,
    pub(super) name: Option<String>,
}

/// Reads the document and finds the operation asked for.
///
/// # Errors
/// An error with its code, for the caller.
pub(super) fn read(text: &str, operation_name: Option<&str>) -> Result<Document, ServerError> {
    bound(text)?;
    let parsed = parse_query(text).map_err(|error| {
        let positions = error.positions().collect();
        let mut error = refusal("GRAPHQL_PARSE_FAILED", error.to_string());
        error.locations = positions;
        error
    })?;
    let (kind, name) = operation(&parsed.operations, operation_name)?;
    Ok(Document { parsed, kind, name })
}

fn operation(
    operations: &DocumentOperations,
    wanted: Option<&str>,
) -> Result<(OperationType, Option<String>), ServerError> {
    let unresolved = |message: &str| Err(refusal("OPERATION_RESOLUTION_FAILURE", message));
    let wanted = wanted.filter(|name| !name.is_empty());
    match operations {
        DocumentOperations::Single(operation) if wanted.is_none() => Ok((operation.node.ty, None)),
        DocumentOperations::Single(_) => unresolved("The document has no operation of this name."),
        DocumentOperations::Multiple(named) => {
            let found = match wanted {
                Some(wanted) => named.iter().find(|(name, _)| name.as_str() == wanted),
                None if named.len() > 1 => {
                    return unresolved("The document has several operations; say which one.");
                }
                None => named.iter().next(),
            };
            match found {
                Some((name, operation)) => Ok((operation.node.ty, Some(name.to_string()))),
                None => unresolved("The document has no operation of this name."),
            }
        }
    }
}

/// An error with this code.
pub(super) fn refusal(code: &str, message: impl Into<String>) -> ServerError {
    let mut error = ServerError::new(message, None);
    error.extensions.get_or_insert_default().set("code", code);
    error
}

fn bound(text: &str) -> Result<(), ServerError> {
    if text.len() > LONGEST {
        let message = format!("The document is longer than {LONGEST} bytes.");
        return Err(refusal("QUERY_TOO_LARGE", message));
    }
    let (tokens, depth) = measure(text);
    if depth > DEEPEST {
        let message = format!("The document is nested deeper than {DEEPEST}.");
        return Err(refusal("QUERY_TOO_DEEP", message));
    }
    if tokens > MOST_TOKENS {
        let message = format!("The document has more than {MOST_TOKENS} tokens.");
        return Err(refusal("QUERY_TOO_LARGE", message));
    }
    Ok(())
}

/// How many tokens, and how deep. Where the text is no GraphQL the figures are only roughly right, but
/// never too small for brackets outside strings and comments.
fn measure(text: &str) -> (usize, usize) {
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
    (tokens, deepest)
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
fn skip_string(text: &[u8]) -> &[u8] {
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

    fn code(result: Result<Document, ServerError>) -> String {
        let error = result.expect_err("refused");
        let value = error.extensions.unwrap().get("code").cloned();
        value.unwrap().to_string().trim_matches('"').to_owned()
    }

    #[test]
    fn nesting_that_would_overrun_the_parser_is_never_parsed() {
        for (open, close) in [("[", "]"), ("{a:", "}")] {
            let document = format!("{{a(b:{}1{})}}", open.repeat(2500), close.repeat(2500));
            assert_eq!(code(read(&document, None)), "QUERY_TOO_DEEP");
        }
        let types = format!("query($a:{}Int{}){{a}}", "[".repeat(40), "]".repeat(40));
        assert_eq!(code(read(&types, None)), "QUERY_TOO_DEEP");
    }

    #[test]
    fn brackets_in_strings_and_comments_do_not_count() {
        let brackets = "[".repeat(100);
        let document = format!(
            "# {brackets}\n{{ a(b: \"{brackets}\\\"\", c: \"\"\"{brackets} \\\"\"\" \"\"\") }}"
        );
        assert_eq!(measure(&document), (11, 2));
        assert!(read(&document, None).is_ok());
    }

    #[test]
    fn a_string_that_is_not_closed_hides_nothing() {
        let document = format!("{{a(b:\"\n{}", "[".repeat(100));
        assert_eq!(code(read(&document, None)), "QUERY_TOO_DEEP");
    }

    #[test]
    fn long_documents_are_refused() {
        assert_eq!(code(read(&"a ".repeat(2001), None)), "QUERY_TOO_LARGE");
        assert_eq!(
            code(read(&" ".repeat(16 * 1024 + 1), None)),
            "QUERY_TOO_LARGE"
        );
    }

    #[test]
    fn the_operation_asked_for_is_found() {
        let two = "query A { a } mutation B { b }";
        assert_eq!(read(two, Some("B")).unwrap().kind, OperationType::Mutation);
        assert_eq!(
            read("subscription { a }", None).unwrap().kind,
            OperationType::Subscription
        );
        assert_eq!(
            read("query A { a }", None).unwrap().name.as_deref(),
            Some("A")
        );
        for (document, name) in [(two, None), (two, Some("C")), ("{ a }", Some("A"))] {
            assert_eq!(code(read(document, name)), "OPERATION_RESOLUTION_FAILURE");
        }
        assert_eq!(code(read("{ a", None)), "GRAPHQL_PARSE_FAILED");
        assert_eq!(
            code(read("fragment F on Query { a }", None)),
            "GRAPHQL_PARSE_FAILED"
        );
    }
}
