//! Signing and checking access tokens.

use chrono::{DateTime, Utc};
use entity::id::{SessionId, UserId};

/// What an access token says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessClaims {
    /// Who.
    pub user_id: UserId,
    /// Through which log-in.
    pub session_id: SessionId,
    /// When it was given out.
    pub issued_at: DateTime<Utc>,
    /// After this it is worth nothing.
    pub expires_at: DateTime<Utc>,
}

/// The token is forged, malformed, over, or not one of ours. Which one is not told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the access token is not valid")]
pub struct InvalidAccessToken;

/// Signs and checks access tokens.
pub trait AccessTokens: Send + Sync {
    /// A signed token. `token_id` makes it unique.
    ///
    /// # Errors
    /// The key cannot sign.
    fn issue(
        &self,
        claims: &AccessClaims,
        token_id: &str,
    ) -> Result<String, Box<dyn std::error::Error + Send + Sync>>;

    /// What a genuine token says, at `now`.
    ///
    /// # Errors
    /// [`InvalidAccessToken`] for everything else.
    fn verify(&self, token: &str, now: DateTime<Utc>) -> Result<AccessClaims, InvalidAccessToken>;

    /// The public keys as a JSON Web Key Set.
    fn key_set(&self) -> serde_json::Value;
}
