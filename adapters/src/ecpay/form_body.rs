//! Reads a form body as it was sent: every field, in order, nothing trimmed, nothing dropped.
//! A signature covers exactly this.

/// The longest list of fields that is read; ECPay's longest has about fifty.
const MOST_FIELDS: usize = 100;

/// Why a body is not a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormError {
    /// A `%` without two hexadecimal digits behind it.
    #[error("a percent escape is broken")]
    Escape,
    /// Bytes that are not UTF-8, such as Big5.
    #[error("a field is not UTF-8")]
    NotUtf8,
    /// A field without a name.
    #[error("a field has no name")]
    Nameless,
    /// The same name twice: nobody can say which one was meant.
    #[error("a field comes twice")]
    Repeated,
    /// More than 100 fields.
    #[error("too many fields")]
    TooMany,
}

/// The fields of an `application/x-www-form-urlencoded` body.
///
/// # Errors
/// [`FormError`]; a part of a body is never read.
pub fn parse(body: &[u8]) -> Result<Vec<(String, String)>, FormError> {
    let mut fields: Vec<(String, String)> = Vec::new();
    if body.is_empty() {
        return Ok(fields);
    }
    for pair in body.split(|byte| *byte == b'&') {
        if fields.len() == MOST_FIELDS {
            return Err(FormError::TooMany);
        }
        let mut halves = pair.splitn(2, |byte| *byte == b'=');
        let name = decode(halves.next().unwrap_or_default())?;
        let value = decode(halves.next().unwrap_or_default())?;
        if name.is_empty() {
            return Err(FormError::Nameless);
        }
        if fields.iter().any(|(earlier, _)| *earlier == name) {
            return Err(FormError::Repeated);
        }
        fields.push((name, value));
    }
    Ok(fields)
}

fn decode(encoded: &[u8]) -> Result<String, FormError> {
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.iter();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => match (hex_digit(rest.next()), hex_digit(rest.next())) {
                (Some(high), Some(low)) => high * 16 + low,
                _ => return Err(FormError::Escape),
            },
            plain => *plain,
        });
    }
    String::from_utf8(bytes).map_err(|_| FormError::NotUtf8)
}

fn hex_digit(byte: Option<&u8>) -> Option<u8> {
    let digit = char::from(*byte?).to_digit(16)?;
    u8::try_from(digit).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(expected: &[(&str, &str)]) -> Result<Vec<(String, String)>, FormError> {
        Ok(expected
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect())
    }

    #[test]
    fn every_field_is_kept_as_it_was_sent() {
        assert_eq!(parse(b""), pairs(&[]));
        assert_eq!(
            parse(b"b=+x+&a=&c&d=1=2&e=%2B%20%E4%BA%A4"),
            pairs(&[
                ("b", " x "),
                ("a", ""),
                ("c", ""),
                ("d", "1=2"),
                ("e", "+ 交")
            ])
        );
    }

    #[test]
    fn a_body_that_could_be_read_in_two_ways_is_refused() {
        for (body, expected) in [
            (&b"a=%"[..], FormError::Escape),
            (b"a=%4", FormError::Escape),
            (b"a=%g1", FormError::Escape),
            (b"a=%+1", FormError::Escape),
            (b"a=%A5%E6", FormError::NotUtf8),
            (b"a=\xa5\xe6", FormError::NotUtf8),
            (b"=1", FormError::Nameless),
            (b"a=1&&b=2", FormError::Nameless),
            (b"a=1&a=1", FormError::Repeated),
            (b"a=1&%61=2", FormError::Repeated),
        ] {
            assert_eq!(parse(body), Err(expected), "{}", body.escape_ascii());
        }
    }

    #[test]
    fn a_hundred_fields_are_read_and_one_more_is_not() {
        let body = |count: usize| {
            let names: Vec<_> = (0..count).map(|number| format!("f{number}=")).collect();
            names.join("&").into_bytes()
        };
        assert_eq!(parse(&body(100)).unwrap().len(), 100);
        assert_eq!(parse(&body(101)), Err(FormError::TooMany));
    }
}
