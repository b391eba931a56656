//! Ed25519 keys: made, read, and named by their thumbprint.

use aws_lc_rs::{
    digest,
    rand::SystemRandom,
    signature::{Ed25519KeyPair, KeyPair},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jsonwebtoken::DecodingKey;

/// The text is not the private key of an Ed25519 pair in PKCS#8.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is not an Ed25519 private key in PKCS#8 (DER)")]
pub struct InvalidSigningKey;

pub(super) fn generate_pkcs8() -> Result<Vec<u8>, Box<dyn std::error::Error + Send + Sync>> {
    // Version 1 holds the private key alone: the form that OpenSSL writes and every reader knows.
    let document = Ed25519KeyPair::generate_pkcs8v1(&SystemRandom::new())
        .map_err(|_| "no key could be made")?;
    Ok(document.as_ref().to_vec())
}

pub(super) fn public_key_of(pkcs8_der: &[u8]) -> Result<[u8; 32], InvalidSigningKey> {
    let pair =
        Ed25519KeyPair::from_pkcs8_maybe_unchecked(pkcs8_der).map_err(|_| InvalidSigningKey)?;
    pair.public_key()
        .as_ref()
        .try_into()
        .map_err(|_| InvalidSigningKey)
}

/// A key that tokens are checked with.
pub(super) struct PublicKey {
    /// Its thumbprint.
    pub(super) id: String,
    /// For the library.
    pub(super) decoding: DecodingKey,
    x: String,
}

impl PublicKey {
    pub(super) fn new(bytes: [u8; 32]) -> Self {
        let x = BASE64_URL_SAFE_NO_PAD.encode(bytes);
        // RFC 7638: the required members alone, sorted, without blanks.
        let canonical = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#);
        let thumbprint = digest::digest(&digest::SHA256, canonical.as_bytes());
        Self {
            id: BASE64_URL_SAFE_NO_PAD.encode(thumbprint),
            decoding: DecodingKey::from_ed_der(&bytes),
            x,
        }
    }

    /// The key as the world may see it.
    pub(super) fn as_jwk(&self) -> serde_json::Value {
        serde_json::json!({
            "kty": "OKP",
            "crv": "Ed25519",
            "x": self.x,
            "use": "sig",
            "alg": "EdDSA",
            "kid": self.id,
        })
    }
}
