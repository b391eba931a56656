use aws_lc_rs::{hmac, signature::Ed25519KeyPair};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, Duration, Utc};
use domain::ports::{AccessClaims, AccessTokens, InvalidAccessToken};
use entity::id::{SessionId, UserId};
use serde_json::{Value, json};

use super::{Ed25519Tokens, InvalidSigningKey, keys::PublicKey};

const ISSUER: &str = "https://shop.example";
const AUDIENCE: &str = "https://shop.example/graphql";

/// A shop with its key, and the token it would give out now.
struct Shop {
    pkcs8: Vec<u8>,
    tokens: Ed25519Tokens,
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_147_200, 0).unwrap()
}

fn claims() -> AccessClaims {
    AccessClaims {
        user_id: UserId(uuid::Uuid::from_u128(1)),
        session_id: SessionId(uuid::Uuid::from_u128(2)),
        issued_at: now(),
        expires_at: now() + Duration::minutes(15),
    }
}

impl Shop {
    fn open() -> Self {
        let pkcs8 = Ed25519Tokens::generate_pkcs8().unwrap();
        let tokens = Ed25519Tokens::new(&pkcs8, ISSUER, AUDIENCE).unwrap();
        Self { pkcs8, tokens }
    }

    fn header(&self) -> Value {
        let kid = PublicKey::new(Ed25519Tokens::public_key_of(&self.pkcs8).unwrap()).id;
        json!({ "alg": "EdDSA", "typ": "at+jwt", "kid": kid })
    }

    fn body() -> Value {
        json!({
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": claims().user_id.to_string(),
            "sid": claims().session_id.to_string(),
            "jti": "1",
            "iat": now().timestamp(),
            "nbf": now().timestamp(),
            "exp": (now() + Duration::minutes(15)).timestamp(),
        })
    }

    /// Signs whatever it is given, with the true key.
    fn sign(&self, header: &Value, body: &Value) -> String {
        let message = message(header, body);
        let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(&self.pkcs8).unwrap();
        let signature = pair.sign(message.as_bytes());
        format!("{message}.{}", encode(signature.as_ref()))
    }

    fn verify(&self, token: &str) -> Result<AccessClaims, InvalidAccessToken> {
        self.tokens.verify(token, now())
    }

    /// Changes one thing of a good token, signs it with the true key, and expects that it is refused.
    fn refuses(&self, what: &str, change: impl FnOnce(&mut Value, &mut Value)) {
        let (mut header, mut body) = (self.header(), Self::body());
        assert_eq!(self.verify(&self.sign(&header, &body)), Ok(claims()));
        change(&mut header, &mut body);
        let token = self.sign(&header, &body);
        assert_eq!(self.verify(&token), Err(InvalidAccessToken), "{what}");
    }
}

fn encode(bytes: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

fn message(header: &Value, body: &Value) -> String {
    let part = |value: &Value| encode(value.to_string().as_bytes());
    format!("{}.{}", part(header), part(body))
}

fn without(value: &mut Value, field: &str) {
    assert!(value.as_object_mut().unwrap().remove(field).is_some());
}

#[test]
fn what_was_issued_is_read_back() {
    let shop = Shop::open();
    let token = shop.tokens.issue(&claims(), "1").unwrap();
    assert_eq!(shop.verify(&token), Ok(claims()));
    // What the tests below change is what is truly issued.
    let parts: Vec<Value> = token
        .split('.')
        .take(2)
        .map(|part| BASE64_URL_SAFE_NO_PAD.decode(part).unwrap())
        .map(|part| serde_json::from_slice(&part).unwrap())
        .collect();
    assert_eq!(parts, [shop.header(), Shop::body()]);
}

#[test]
fn no_other_algorithm_is_believed() {
    let shop = Shop::open();
    shop.refuses("alg none", |header, _| header["alg"] = json!("none"));
    shop.refuses("alg HS256", |header, _| header["alg"] = json!("HS256"));
    shop.refuses("no alg", |header, _| without(header, "alg"));

    let mut header = shop.header();
    header["alg"] = json!("none");
    let unsigned = format!("{}.", message(&header, &Shop::body()));
    assert_eq!(
        shop.verify(&unsigned),
        Err(InvalidAccessToken),
        "no signature"
    );

    // The old trick: the public key, which everybody knows, taken as the secret of a MAC.
    header["alg"] = json!("HS256");
    let message = message(&header, &Shop::body());
    let public = Ed25519Tokens::public_key_of(&shop.pkcs8).unwrap();
    let mac = hmac::sign(
        &hmac::Key::new(hmac::HMAC_SHA256, &public),
        message.as_bytes(),
    );
    let forged = format!("{message}.{}", encode(mac.as_ref()));
    assert_eq!(shop.verify(&forged), Err(InvalidAccessToken));
}

#[test]
fn no_key_is_taken_from_elsewhere() {
    let shop = Shop::open();
    for kid in ["unknown", "../../etc/passwd", "' OR 1=1 --", ""] {
        shop.refuses(kid, |header, _| header["kid"] = json!(kid));
    }
    shop.refuses("no kid", |header, _| without(header, "kid"));
    let jwk = shop.tokens.key_set()["keys"][0].clone();
    for (field, value) in [
        ("jku", json!("https://evil.example/keys")),
        ("x5u", json!("https://evil.example/certificate")),
        ("x5c", json!(["AA=="])),
        ("jwk", jwk),
        ("crit", json!(["exp"])),
        ("zip", json!("DEF")),
        ("colour", json!("blue")),
    ] {
        shop.refuses(field, |header, _| header[field] = value);
    }
    let mut header = shop.header();
    let stranger = Shop::open();
    let forged = stranger.sign(&header, &Shop::body());
    assert_eq!(
        shop.verify(&forged),
        Err(InvalidAccessToken),
        "our kid, another's signature"
    );
    header["kid"] = stranger.header()["kid"].clone();
    let foreign = stranger.sign(&header, &Shop::body());
    assert_eq!(
        shop.verify(&foreign),
        Err(InvalidAccessToken),
        "another's token"
    );
}

#[test]
fn every_claim_must_be_there_and_ours() {
    let shop = Shop::open();
    for claim in ["iss", "aud", "sub", "sid", "jti", "iat", "nbf", "exp"] {
        shop.refuses(claim, |_, body| without(body, claim));
    }
    let session = claims().session_id.to_string();
    for (claim, value) in [
        ("iss", json!("https://evil.example")),
        ("iss", json!([ISSUER, "https://evil.example"])),
        ("aud", json!("https://other.example")),
        ("aud", json!([])),
        ("aud", json!([AUDIENCE])),
        ("sub", json!("")),
        ("sub", json!(session)),
        ("sid", json!("1")),
        ("exp", json!("tomorrow")),
        ("exp", json!(i64::MAX)),
        ("exp", json!(1e300)),
        ("nbf", json!(null)),
    ] {
        shop.refuses(&format!("{claim} = {value}"), |_, body| {
            body[claim] = value.clone();
        });
    }
    for typ in ["JWT", "at+JWT", "rt+jwt", ""] {
        shop.refuses(typ, |header, _| header["typ"] = json!(typ));
    }
    shop.refuses("no typ", |header, _| without(header, "typ"));
}

#[test]
fn a_token_is_good_in_its_time_alone() {
    let shop = Shop::open();
    let at = |seconds: i64| json!((now() + Duration::seconds(seconds)).timestamp());
    shop.refuses("not yet", |_, body| body["nbf"] = at(6));
    shop.refuses("issued ahead", |_, body| body["iat"] = at(6));
    shop.refuses("expired 6 s ago", |_, body| body["exp"] = at(-6));
    shop.refuses("good for ten years", |_, body| {
        body["exp"] = at(10 * 365 * 86_400);
    });
    let mut body = Shop::body();
    body["exp"] = at(-4);
    body["nbf"] = at(4);
    let token = shop.sign(&shop.header(), &body);
    assert!(shop.verify(&token).is_ok(), "clocks may be 5 seconds apart");
}

#[test]
fn what_is_no_token_is_refused() {
    let shop = Shop::open();
    let token = shop.tokens.issue(&claims(), "1").unwrap();
    let (message, signature) = token.rsplit_once('.').unwrap();
    let long = shop.tokens.issue(&claims(), &"1".repeat(8 * 1024)).unwrap();
    for (what, text) in [
        ("nothing", String::new()),
        ("dots", "...".to_owned()),
        ("two signatures", format!("{token}.{signature}")),
        ("no signature", format!("{message}.")),
        ("8 KiB", long),
        (
            "a refresh token",
            "fr_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE".to_owned(),
        ),
        ("other letters", "密.密.密".to_owned()),
    ] {
        assert_eq!(shop.verify(&text), Err(InvalidAccessToken), "{what}");
    }
}

#[test]
fn a_rotation_keeps_the_tokens_of_the_key_before() {
    let before = Shop::open();
    let old_token = before.tokens.issue(&claims(), "1").unwrap();
    let after = Shop::open();
    assert_eq!(after.verify(&old_token), Err(InvalidAccessToken));

    let rotated = Ed25519Tokens::new(&after.pkcs8, ISSUER, AUDIENCE)
        .unwrap()
        .with_previous(Ed25519Tokens::public_key_of(&before.pkcs8).unwrap());
    assert_eq!(rotated.verify(&old_token, now()), Ok(claims()));
    let new_token = rotated.issue(&claims(), "2").unwrap();
    assert_eq!(
        before.verify(&new_token),
        Err(InvalidAccessToken),
        "signed with the new key"
    );
    assert_eq!(rotated.key_set()["keys"].as_array().unwrap().len(), 2);
}

#[test]
fn the_key_set_shows_public_halves_alone() {
    let shop = Shop::open();
    let set = shop.tokens.key_set();
    let key = set["keys"][0].as_object().unwrap();
    let mut members: Vec<_> = key.keys().map(String::as_str).collect();
    members.sort_unstable();
    assert_eq!(members, ["alg", "crv", "kid", "kty", "use", "x"]);
    assert_eq!(key["kid"], shop.header()["kid"]);
}

#[test]
fn a_key_is_named_by_its_thumbprint() {
    // The key and the thumbprint of RFC 8037, appendices A.2 and A.3.
    let x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(x).unwrap();
    let key = PublicKey::new(bytes.try_into().unwrap());
    assert_eq!(key.id, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
}

#[test]
fn what_is_no_key_is_refused() {
    for wrong in [&b""[..], b"secret", &[0; 48]] {
        assert!(matches!(
            Ed25519Tokens::new(wrong, ISSUER, AUDIENCE),
            Err(InvalidSigningKey)
        ));
    }
}
