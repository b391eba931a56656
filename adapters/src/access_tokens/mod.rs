//! Access tokens: JWTs signed with Ed25519, in the form of RFC 9068 (`at+jwt`).
//!
//! Everything that an attacker might choose is fixed here: the algorithm, the type, the keys, and the whole
//! header. Keys are looked up in memory by their thumbprint (RFC 7638); no header can name another place.

mod ed25519;
mod keys;
#[cfg(test)]
mod tests;

pub use ed25519::Ed25519Tokens;
pub use keys::InvalidSigningKey;
