//! The id that ties an answer to its log lines.

use axum::http::{HeaderMap, HeaderName};
use domain::base::{App, entropy::uuid_at};

/// Where it travels.
pub const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// The id of this request; put into its extensions by `observe`.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

/// The id that the caller sent, when it has the right form; a new one otherwise.
#[must_use]
pub fn of(headers: &HeaderMap, app: &App) -> RequestId {
    let sent = headers
        .get(HEADER)
        .and_then(|value| value.to_str().ok())
        .filter(|text| is_well_formed(text));
    RequestId(sent.map_or_else(
        || uuid_at(app.entropy.as_ref(), app.clock.now()).to_string(),
        str::to_owned,
    ))
}

fn is_well_formed(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_short_plain_id_is_taken_over() {
        for good in ["a", "01J-x", &"9".repeat(64)] {
            assert!(is_well_formed(good), "{good}");
        }
        for bad in ["", "a b", "ä", "a\"b", "<script>", &"9".repeat(65)] {
            assert!(!is_well_formed(bad), "{bad}");
        }
    }
}
