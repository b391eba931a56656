//! Access tokens that are not signed: the domain trusts whoever implements the port.

use chrono::{DateTime, Utc};
use domain::ports::{AccessClaims, AccessTokens, InvalidAccessToken};

pub struct PlainTokens;

impl AccessTokens for PlainTokens {
    fn issue(
        &self,
        claims: &AccessClaims,
        token_id: &str,
    ) -> Result<String, Box<dyn std::error::Error + Send + Sync>> {
        Ok([
            claims.user_id.to_string(),
            claims.session_id.to_string(),
            claims.issued_at.timestamp().to_string(),
            claims.expires_at.timestamp().to_string(),
            token_id.to_owned(),
        ]
        .join("/"))
    }

    fn verify(&self, token: &str, now: DateTime<Utc>) -> Result<AccessClaims, InvalidAccessToken> {
        let mut parts = token.split('/');
        let mut part = || parts.next().ok_or(InvalidAccessToken);
        let (user_id, session_id) = (part()?, part()?);
        let time = |text: &str| {
            let seconds = text.parse().map_err(|_| InvalidAccessToken)?;
            DateTime::from_timestamp(seconds, 0).ok_or(InvalidAccessToken)
        };
        let claims = AccessClaims {
            user_id: user_id.parse().map_err(|_| InvalidAccessToken)?,
            session_id: session_id.parse().map_err(|_| InvalidAccessToken)?,
            issued_at: time(part()?)?,
            expires_at: time(part()?)?,
        };
        if claims.expires_at <= now {
            return Err(InvalidAccessToken);
        }
        Ok(claims)
    }

    fn key_set(&self) -> serde_json::Value {
        serde_json::json!({ "keys": [] })
    }
}
