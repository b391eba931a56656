//! How a document is refused: a code, a sentence with the limit, and never more than a few kilobytes.

use async_graphql::ServerError;

/// Bytes of a message as JSON writes it.
const LONGEST_MESSAGE: usize = 400;
/// Places that one error points to.
const MOST_LOCATIONS: usize = 4;

/// An error with this code.
#[must_use]
pub fn refusal(code: &str, message: impl Into<String>) -> ServerError {
    let mut error = ServerError::new(message, None);
    error.extensions.get_or_insert_default().set("code", code);
    error
}

pub(super) fn too_large(what: &str, limit: usize) -> ServerError {
    let message = format!("The document has more than {limit} {what}.");
    refusal("QUERY_TOO_LARGE", message)
}

pub(super) fn too_deep(what: &str, limit: usize) -> ServerError {
    let message = format!("The document nests {what} deeper than {limit}.");
    refusal("QUERY_TOO_DEEP", message)
}

pub(super) fn too_complex(what: &str, limit: usize) -> ServerError {
    let message = format!("The document has more than {limit} {what}, fragments spread in.");
    refusal("QUERY_TOO_COMPLEX", message)
}

pub(super) fn invalid(message: impl Into<String>) -> ServerError {
    refusal("GRAPHQL_VALIDATION_FAILED", message)
}

/// Cuts what is told of one request to a size that cannot be used against others: this many errors, each of
/// bounded length.
pub fn cut(errors: &mut Vec<ServerError>, most: usize) {
    errors.truncate(most);
    for error in errors {
        error.locations.truncate(MOST_LOCATIONS);
        if let Some(end) = end_of(&error.message) {
            error.message.truncate(end);
            error.message.push('…');
        }
    }
}

/// Where the message must be cut; `None` when it is short enough.
fn end_of(message: &str) -> Option<usize> {
    let mut written = 0;
    let too_far = message.char_indices().find(|(_, letter)| {
        written += match letter {
            '"' | '\\' => 2,
            letter if letter.is_control() => 6,
            letter => letter.len_utf8(),
        };
        written > LONGEST_MESSAGE
    });
    too_far.map(|(end, _)| end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_refused_never_fills_more_than_a_few_kilobytes() {
        for letter in ["x", "\"", "\u{1}", "價"] {
            let error = refusal("GRAPHQL_VALIDATION_FAILED", letter.repeat(20_000));
            let mut errors = vec![error; 2000];
            cut(&mut errors, 10);
            let written = serde_json::to_string(&errors).unwrap();
            assert_eq!(errors.len(), 10);
            assert!(written.len() < 6000, "{letter}: {}", written.len());
        }
    }

    #[test]
    fn a_usual_message_stays_as_it_is() {
        let mut errors = vec![refusal("BAD_USER_INPUT", "Too small: 價.")];
        cut(&mut errors, 10);
        assert_eq!(errors.first().unwrap().message, "Too small: 價.");
    }
}
