//! Secrets of refresh tokens, and access tokens.
//!
//! A child's secret is derived from its parent's, so that an honest retry gets the same child again although
//! only hashes are stored. Without the server's key nobody can go from a parent to its child.

use std::fmt;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, SubsecRound, Utc};
use entity::users::session;
use hmac::Mac;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{
    base::{Error, Op, Result, mac::hmac_sha256},
    ports::AccessClaims,
};

/// What every refresh token begins with: no other kind of token does.
const PREFIX: &str = "fr_";

/// The 256 bits that a refresh token is.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct RefreshSecret([u8; 32]);

impl RefreshSecret {
    /// The first of a family.
    pub(super) fn fresh(op: &Op) -> Self {
        let mut secret = [0u8; 32];
        op.app().entropy.fill(&mut secret);
        Self(secret)
    }

    /// The one and only child.
    pub(super) fn child(&self, op: &Op) -> Self {
        let mut mac = hmac_sha256(&op.app().refresh_key);
        mac.update(&self.0);
        Self(mac.finalize().into_bytes().into())
    }

    /// Reads what [`RefreshSecret::text`] wrote; `None` for anything else.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let encoded = text.strip_prefix(PREFIX)?;
        // 32 bytes are 43 characters; longer texts are not worth decoding.
        if encoded.len() != 43 {
            return None;
        }
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(encoded).ok()?;
        bytes.try_into().ok().map(Self)
    }

    /// What the client gets.
    pub(super) fn text(&self) -> String {
        format!("{PREFIX}{}", BASE64_URL_SAFE_NO_PAD.encode(self.0))
    }

    /// What is stored. A plain hash is enough: 256 random bits cannot be guessed.
    pub(super) fn hash(&self) -> String {
        hex::encode(Sha256::digest(self.0))
    }
}

impl fmt::Debug for RefreshSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RefreshSecret")
    }
}

/// A new access token of this session, and when it ends: never after the session.
pub(super) fn access_token(
    op: &Op,
    session: &session::Model,
    now: DateTime<Utc>,
) -> Result<(String, DateTime<Utc>)> {
    // A token tells time in whole seconds.
    let expires_at = (now + op.app().policy.access_token_lifetime)
        .min(session.expires_at)
        .trunc_subsecs(0);
    let claims = AccessClaims {
        user_id: session.user_id,
        session_id: session.id,
        issued_at: now.trunc_subsecs(0),
        expires_at,
    };
    let token = op
        .app()
        .access_tokens
        .issue(&claims, &op.new_id::<Uuid>().to_string())
        .map_err(Error::Internal)?;
    Ok((token, expires_at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_reads_back_from_its_text_and_from_nothing_else() {
        let secret = RefreshSecret([7; 32]);
        let text = secret.text();
        assert_eq!(RefreshSecret::parse(&text), Some(secret));
        for wrong in [
            text.trim_start_matches(PREFIX).to_owned(),
            format!("{text}A"),
            text.replace("fr_", "xx_"),
            format!("fr_{}", "é".repeat(21)),
            "fr_".to_owned(),
            String::new(),
            "eyJhbGciOiJFZERTQSJ9.e30.AA".to_owned(),
        ] {
            assert_eq!(RefreshSecret::parse(&wrong), None, "{wrong}");
        }
    }
}
