//! The cookie with the refresh token.

use axum::http::{HeaderMap, HeaderValue, header::COOKIE};
use chrono::{DateTime, Utc};

const NAME: &str = "fabrica_refresh";

/// The one door that reads it: it travels nowhere else.
pub(super) const PATH: &str = "/auth/refresh";

/// The refresh token that a browser brings.
pub(super) fn brought(headers: &HeaderMap) -> Option<&str> {
    let pairs = headers.get_all(COOKIE).iter();
    let pairs = pairs.filter_map(|value| value.to_str().ok());
    let mut pairs = pairs.flat_map(|value| value.split(';'));
    let found = pairs.find_map(|pair| pair.trim().strip_prefix(NAME)?.strip_prefix('='));
    found.filter(|token| !token.is_empty())
}

/// Has the browser keep a token until it ends.
pub(super) fn keep(
    token: &str,
    until: DateTime<Utc>,
    now: DateTime<Utc>,
    is_https: bool,
) -> Option<HeaderValue> {
    written(token, (until - now).num_seconds().max(0), is_https)
}

/// Has the browser forget it.
pub(super) fn forget(is_https: bool) -> Option<HeaderValue> {
    written("", 0, is_https)
}

fn written(token: &str, seconds: i64, is_https: bool) -> Option<HeaderValue> {
    // A browser takes no `Secure` cookie from a plain page, which a developer's machine has.
    let secure = if is_https { "; Secure" } else { "" };
    let text = format!(
        "{NAME}={token}; Max-Age={seconds}; Path={PATH}; HttpOnly; SameSite=Strict{secure}"
    );
    HeaderValue::try_from(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_is_found_among_other_cookies() {
        let mut headers = HeaderMap::new();
        for (cookies, found) in [
            ("fabrica_refresh=fr_1", Some("fr_1")),
            ("a=b; fabrica_refresh=fr_2 ; c=d", Some("fr_2")),
            ("fabrica_refresher=fr_3", None),
            ("fabrica_refresh=", None),
            ("", None),
        ] {
            headers.insert(COOKIE, cookies.parse().unwrap());
            assert_eq!(brought(&headers), found, "{cookies}");
        }
    }
}
