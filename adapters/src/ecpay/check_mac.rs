//! `CheckMacValue`: ECPay's signature over the fields of a form.
//!
//! The digest is fixed here and never read from a message, so that no message can choose a weaker one.

use std::fmt::Write as _;

use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// The name of the field that carries the signature.
pub const FIELD: &str = "CheckMacValue";

/// The signature of these fields, as upper-case hexadecimal. A signature among them is left out.
#[must_use]
pub fn sign(
    fields: &[(String, String)],
    hash_key: &SecretString,
    hash_iv: &SecretString,
) -> String {
    let text = pre_image(fields, hash_key.expose_secret(), hash_iv.expose_secret());
    hex::encode_upper(Sha256::digest(text))
}

/// Whether the fields, exactly as received, carry our signature: once, complete, in upper case.
/// Takes the same time wherever a wrong signature differs.
#[must_use]
pub fn verify(
    fields: &[(String, String)],
    hash_key: &SecretString,
    hash_iv: &SecretString,
) -> bool {
    // Anybody can sign with empty keys.
    if hash_key.expose_secret().is_empty() || hash_iv.expose_secret().is_empty() {
        return false;
    }
    let mut given = fields.iter().filter(|(name, _)| name == FIELD);
    let (Some((_, given)), None) = (given.next(), given.next()) else {
        return false;
    };
    let expected = sign(fields, hash_key, hash_iv);
    given.as_bytes().ct_eq(expected.as_bytes()).into()
}

/// The text that is hashed: sorted, joined, between the keys, percent-encoded, in lower case.
#[must_use]
pub(crate) fn pre_image(fields: &[(String, String)], hash_key: &str, hash_iv: &str) -> String {
    let mut sorted: Vec<_> = fields
        .iter()
        .filter(|(name, _)| name != FIELD)
        .map(|(name, value)| (name.to_ascii_lowercase(), name, value))
        .collect();
    sorted.sort_by(|left, right| left.0.cmp(&right.0));
    let mut text = format!("HashKey={hash_key}");
    for (_, name, value) in sorted {
        text.push('&');
        text.push_str(name);
        text.push('=');
        text.push_str(value);
    }
    text.push_str("&HashIV=");
    text.push_str(hash_iv);
    encode(&text)
}

/// Percent-encodes as .NET's `HttpUtility.UrlEncode` does, then lower-cases. Letters outside ASCII are
/// percent-escapes by then, so that their case is kept.
pub(crate) fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len() * 2);
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' => {
                encoded.push(char::from(byte.to_ascii_lowercase()));
            }
            b'-' | b'_' | b'.' | b'!' | b'*' | b'(' | b')' => encoded.push(char::from(byte)),
            b' ' => encoded.push('+'),
            // Writing to a string cannot fail.
            _ => drop(write!(encoded, "%{byte:02x}")),
        }
    }
    encoded
}
