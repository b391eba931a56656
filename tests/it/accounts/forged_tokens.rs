//! Access tokens that we did not make, or not like this.

use aws_lc_rs::{
    hmac,
    signature::{Ed25519KeyPair, KeyPair},
};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use serde_json::{Value, json};

use crate::kit::{Shop, both_engines, client::Client};

both_engines!(tokens_of_any_other_make_are_refused);

/// A token taken apart, and the key it was signed with.
pub struct Token {
    header: Value,
    claims: Value,
    key: Ed25519KeyPair,
}

impl Token {
    pub fn of(client: &Client, shop: &Shop) -> Self {
        let part = |index: usize| {
            let text = client.token().split('.').nth(index).unwrap().to_owned();
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).unwrap()).unwrap()
        };
        let der = STANDARD.decode(shop.file("signing.key").trim()).unwrap();
        Self {
            header: part(0),
            claims: part(1),
            key: Ed25519KeyPair::from_pkcs8(&der).unwrap(),
        }
    }

    /// When it was made, in seconds since 1970.
    pub fn issued_at(&self) -> i64 {
        self.claims["iat"].as_i64().unwrap()
    }

    fn text(header: &Value, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        format!("{}.{}", part(header), part(claims))
    }

    /// Rightly signed, whatever stands in it.
    fn signed(&self, header: &Value, claims: &Value) -> String {
        let text = Self::text(header, claims);
        let signature = self.key.sign(text.as_bytes());
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// Rightly signed, with one field of the header changed.
    fn with_header(&self, name: &str, value: Value) -> String {
        let mut header = self.header.clone();
        header[name] = value;
        self.signed(&header, &self.claims)
    }

    /// Rightly signed, with one claim changed, or removed.
    pub fn with_claim(&self, name: &str, value: Option<Value>) -> String {
        let mut claims = self.claims.clone();
        match value {
            Some(value) => claims[name] = value,
            None => drop(claims.as_object_mut().unwrap().remove(name)),
        }
        self.signed(&self.header, &claims)
    }
}

/// Tokens whose header, key or form is not ours (row 37).
fn of_another_make(token: &Token) -> Vec<(String, String)> {
    let none = json!({ "alg": "none", "typ": "at+jwt" });
    let unsigned = Token::text(&none, &token.claims);
    let symmetric = json!({ "alg": "HS256", "typ": "at+jwt", "kid": token.header["kid"] });
    let text = Token::text(&symmetric, &token.claims);
    let key = hmac::Key::new(hmac::HMAC_SHA256, token.key.public_key().as_ref());
    let confused = hmac::sign(&key, text.as_bytes());
    let good = token.signed(&token.header, &token.claims);
    let (body, _) = good.rsplit_once('.').unwrap();
    let mut tokens = vec![
        ("alg none".to_owned(), format!("{unsigned}.")),
        ("alg none, two parts".to_owned(), unsigned),
        (
            "HS256 with the public key".to_owned(),
            format!("{text}.{}", URL_SAFE_NO_PAD.encode(confused)),
        ),
        ("no signature".to_owned(), format!("{body}.")),
        (
            "two signatures".to_owned(),
            format!("{good}.{}", URL_SAFE_NO_PAD.encode([7; 64])),
        ),
        (
            "made-up signature".to_owned(),
            format!("{body}.{}", URL_SAFE_NO_PAD.encode([7; 64])),
        ),
        (
            "8 KiB".to_owned(),
            token.with_claim("padding", Some(json!("x".repeat(8192)))),
        ),
        ("nonsense".to_owned(), "a.b.c".to_owned()),
    ];
    for kid in ["unknown", "../../x", "' OR 1=1 --", ""] {
        tokens.push((format!("kid {kid:?}"), token.with_header("kid", json!(kid))));
    }
    let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "x": URL_SAFE_NO_PAD.encode([1; 32]) });
    for (name, value) in [
        ("jku", json!("http://127.0.0.1:9/keys")),
        ("x5u", json!("http://127.0.0.1:9/cert")),
        ("jwk", jwk),
        ("typ", json!("JWT")),
        ("crit", json!(["exp"])),
    ] {
        tokens.push((format!("header {name}"), token.with_header(name, value)));
    }
    tokens
}

/// Tokens that are rightly signed but say what ours never do (row 38).
fn with_other_claims(token: &Token) -> Vec<(String, String)> {
    let now = token.claims["iat"].as_i64().unwrap();
    let mut tokens = Vec::new();
    for name in ["iss", "aud", "sub", "exp", "nbf", "sid"] {
        tokens.push((format!("without {name}"), token.with_claim(name, None)));
    }
    for (name, value) in [
        ("iss", json!("https://elsewhere.example")),
        ("aud", json!("another")),
        ("sub", json!("usr_01jd0000000000000000000000")),
        ("sub", json!("' OR 1=1 --")),
        ("sid", json!("ses_01jd0000000000000000000000")),
        ("nbf", json!(now + 600)),
        ("exp", json!(now + 10 * 365 * 24 * 3600)),
        ("exp", json!(now - 6)),
        ("exp", json!("never")),
    ] {
        tokens.push((
            format!("{name} {value}"),
            token.with_claim(name, Some(value)),
        ));
    }
    tokens
}

async fn tokens_of_any_other_make_are_refused(shop: Shop) {
    let mei = shop.mei().await;
    let token = Token::of(&mei, &shop);
    let mut tokens = of_another_make(&token);
    tokens.extend(with_other_claims(&token));
    // Types never interchange (row 39)
    tokens.push(("a refresh token".to_owned(), mei.refresh_token().to_owned()));
    for (what, text) in &tokens {
        let forged = mei.with_token(text);
        for document in ["{ me { id } }", "{ serverVersion }"] {
            let answer = forged.send(document, json!({})).await;
            assert_eq!(
                (answer.status, answer.code()),
                (401, "UNAUTHENTICATED"),
                "{what}"
            );
            assert!(answer.body.get("data").is_none(), "{what}: {}", answer.body);
        }
    }
    let input = json!({ "refreshToken": mei.token() });
    let payload = mei
        .attempt("refreshSession", "session { accessToken }", input)
        .await;
    assert_eq!(payload["errors"][0]["code"], "TOKEN_INVALID");

    // What we would have signed ourselves is taken: the forgeries fail for the reasons named
    let same = mei.with_token(&token.signed(&token.header, &token.claims));
    same.ask("{ me { id } }", json!({})).await;

    // and no token of any kind stands in the log
    let log = shop.log();
    for (what, text) in tokens {
        assert!(text.len() < 8 || !log.contains(&text), "{what}");
    }
    assert!(!log.contains(mei.token()));
}
