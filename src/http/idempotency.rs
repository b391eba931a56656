//! The header `Idempotency-Key`, for clients that send one with every request by themselves.

use axum::http::{HeaderMap, HeaderName};

const NAME: HeaderName = HeaderName::from_static("idempotency-key");

/// The key, if one is sent. Its draft has it in quotes, most clients send it without: both are the same key.
///
/// # Errors
/// Two of them, or one that is not plain text.
pub(super) fn key(headers: &HeaderMap) -> Result<Option<String>, &'static str> {
    let mut values = headers.get_all(NAME).iter();
    let value = match (values.next(), values.next()) {
        (None, _) => return Ok(None),
        (Some(value), None) => value,
        (Some(_), Some(_)) => return Err("Send one Idempotency-Key only."),
    };
    let text = value
        .to_str()
        .map_err(|_| "An Idempotency-Key is plain text.")?;
    let text = text.trim();
    let bare = text
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'));
    Ok(Some(bare.unwrap_or(text).to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(values: &[&str]) -> Result<Option<String>, &'static str> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(
                NAME,
                axum::http::HeaderValue::from_bytes(value.as_bytes()).unwrap(),
            );
        }
        key(&headers)
    }

    #[test]
    fn one_key_is_read_with_or_without_quotes() {
        assert_eq!(read(&[]), Ok(None));
        assert_eq!(read(&["a-1"]), Ok(Some("a-1".to_owned())));
        assert_eq!(read(&["\"a-1\""]), Ok(Some("a-1".to_owned())));
        assert_eq!(read(&["\""]), Ok(Some("\"".to_owned())));
        assert!(read(&["a", "b"]).is_err());
        assert!(read(&["鍵"]).is_err());
    }
}
