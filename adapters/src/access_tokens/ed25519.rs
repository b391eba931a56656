//! Signing and checking.

use chrono::{DateTime, Duration, Utc};
use domain::ports::{AccessClaims, AccessTokens, InvalidAccessToken};
use jsonwebtoken::{Algorithm, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

use super::keys::{self, InvalidSigningKey, PublicKey};

/// The type of our tokens: no other kind of JWT is one.
const TYPE: &str = "at+jwt";
/// No token of ours is longer.
const LONGEST: usize = 2048;
/// How far clocks may be apart.
const LEEWAY: Duration = Duration::seconds(5);
/// A token that claims to be good for longer was not made here.
const FURTHEST: Duration = Duration::days(1);

/// Signs and checks access tokens with one key, and checks those of the key before it too.
pub struct Ed25519Tokens {
    issuer: String,
    audience: String,
    signing_key: EncodingKey,
    /// Our own first, then the previous one during a rotation.
    public_keys: Vec<PublicKey>,
    validation: Validation,
}

/// What stands in a token.
#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    sid: String,
    jti: String,
    iat: i64,
    nbf: i64,
    exp: i64,
}

impl Ed25519Tokens {
    /// Tokens signed with this private key (PKCS#8, DER; [`Self::generate_pkcs8`] makes one), from `issuer` for
    /// `audience`.
    ///
    /// # Errors
    /// The key is not an Ed25519 key.
    pub fn new(
        pkcs8_der: &[u8],
        issuer: impl Into<String>,
        audience: impl Into<String>,
    ) -> Result<Self, InvalidSigningKey> {
        let own = PublicKey::new(Self::public_key_of(pkcs8_der)?);
        let (issuer, audience) = (issuer.into(), audience.into());
        Ok(Self {
            validation: validation(&issuer, &audience),
            issuer,
            audience,
            signing_key: EncodingKey::from_ed_der(pkcs8_der),
            public_keys: vec![own],
        })
    }

    /// Goes on accepting what the key before this one signed. Leave it in for at least twice the lifetime of
    /// an access token, then take it out.
    #[must_use]
    pub fn with_previous(mut self, public_key: [u8; 32]) -> Self {
        self.public_keys.push(PublicKey::new(public_key));
        self
    }

    /// A new private key in PKCS#8 (DER). Keep it secret, and keep it: tokens signed with it die with it.
    ///
    /// # Errors
    /// The operating system gives no random bytes.
    pub fn generate_pkcs8() -> Result<Vec<u8>, Box<dyn std::error::Error + Send + Sync>> {
        keys::generate_pkcs8()
    }

    /// The public half of a private key, for [`Self::with_previous`].
    ///
    /// # Errors
    /// It is not an Ed25519 key.
    pub fn public_key_of(pkcs8_der: &[u8]) -> Result<[u8; 32], InvalidSigningKey> {
        keys::public_key_of(pkcs8_der)
    }

    fn check(&self, token: &str, now: DateTime<Utc>) -> Result<AccessClaims, &'static str> {
        if token.len() > LONGEST {
            return Err("it is too long");
        }
        let header =
            jsonwebtoken::decode_header(token).map_err(|_| "it is no JWT of a kind we know")?;
        let key = self
            .public_keys
            .iter()
            .find(|key| header.kid.as_deref() == Some(&key.id))
            .ok_or("its key is not ours")?;
        // Another algorithm, type or any field beside these (jku, jwk, x5u, crit …): then we did not write it.
        if header != header_for(key) {
            return Err("its header is not ours");
        }
        let claims = jsonwebtoken::decode::<Claims>(token, &key.decoding, &self.validation)
            .map_err(|_| "its signature or claims are wrong")?
            .claims;
        read(&claims, now)
    }
}

impl AccessTokens for Ed25519Tokens {
    fn issue(
        &self,
        claims: &AccessClaims,
        token_id: &str,
    ) -> Result<String, Box<dyn std::error::Error + Send + Sync>> {
        let own = self.public_keys.first().ok_or("there is no signing key")?;
        let claims = Claims {
            iss: self.issuer.clone(),
            aud: self.audience.clone(),
            sub: claims.user_id.to_string(),
            sid: claims.session_id.to_string(),
            jti: token_id.to_owned(),
            iat: claims.issued_at.timestamp(),
            nbf: claims.issued_at.timestamp(),
            exp: claims.expires_at.timestamp(),
        };
        Ok(jsonwebtoken::encode(
            &header_for(own),
            &claims,
            &self.signing_key,
        )?)
    }

    fn verify(&self, token: &str, now: DateTime<Utc>) -> Result<AccessClaims, InvalidAccessToken> {
        self.check(token, now).map_err(|reason| {
            if reason == EXPIRED {
                // Everyday: clients learn by it that they are to refresh.
                tracing::debug!(reason, "an access token was refused");
            } else {
                tracing::warn!(reason, "an access token was refused");
            }
            InvalidAccessToken
        })
    }

    fn key_set(&self) -> serde_json::Value {
        let keys: Vec<_> = self.public_keys.iter().map(PublicKey::as_jwk).collect();
        serde_json::json!({ "keys": keys })
    }
}

const EXPIRED: &str = "its time is over";

/// The one header that tokens of this key have.
fn header_for(key: &PublicKey) -> Header {
    Header {
        typ: Some(TYPE.to_owned()),
        kid: Some(key.id.clone()),
        ..Header::new(Algorithm::EdDSA)
    }
}

fn validation(issuer: &str, audience: &str) -> Validation {
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.set_issuer(&[issuer]);
    validation.set_audience(&[audience]);
    // Without this the library lets a token pass that says nothing about its issuer or audience.
    validation.set_required_spec_claims(&["iss", "aud", "sub", "exp", "nbf"]);
    // The library asks the machine's clock; time is an input here, so `read` compares.
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation
}

fn read(claims: &Claims, now: DateTime<Utc>) -> Result<AccessClaims, &'static str> {
    let time = |seconds| DateTime::from_timestamp(seconds, 0).ok_or("a time in it is none");
    let (issued_at, expires_at) = (time(claims.iat)?, time(claims.exp)?);
    if time(claims.nbf)?.max(issued_at) > now + LEEWAY {
        return Err("its time has not come");
    }
    if expires_at < now - LEEWAY {
        return Err(EXPIRED);
    }
    if expires_at > now + FURTHEST {
        return Err("it would be good for too long");
    }
    Ok(AccessClaims {
        user_id: claims.sub.parse().map_err(|_| "its subject is no user")?,
        session_id: claims.sid.parse().map_err(|_| "it names no session")?,
        issued_at,
        expires_at,
    })
}
