//! Keyed hashes.

use hmac::{Hmac, KeyInit};
use sha2::Sha256;

/// HMAC-SHA-256 under a key of 32 bytes, which it fills up to a block with zeros as RFC 2104 says.
#[must_use]
pub fn hmac_sha256(key: &[u8; 32]) -> Hmac<Sha256> {
    let mut block = [0u8; 64];
    for (target, byte) in block.iter_mut().zip(key) {
        *target = *byte;
    }
    Hmac::new(&block.into())
}
