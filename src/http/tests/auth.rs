//! The doors of our own pages: what they set, what they take, and from whom.

use axum::body::Body;
use serde_json::json;

use super::kit::{Answer, Place, place};

const OURS: &[(&str, &str)] = &[("sec-fetch-site", "same-origin")];
const PASSWORD: &str = "correct horse battery";

async fn knock(place: &Place, door: &str, body: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = http::Request::post(format!("/auth/{door}"));
    if !headers.iter().any(|(name, _)| *name == "content-type") {
        request = request.header("content-type", "application/json");
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    place
        .send(request.body(Body::from(body.to_owned())).unwrap())
        .await
}

async fn log_in(place: &Place, headers: &[(&str, &str)]) -> Answer {
    let body = json!({ "identifier": "mei", "password": PASSWORD }).to_string();
    knock(place, "log-in", &body, headers).await
}

/// What a browser would send back.
fn cookie(answer: &Answer) -> String {
    let cookie = answer.header("set-cookie").split(';').next().unwrap();
    cookie.to_owned()
}

fn access_token(answer: &Answer) -> String {
    let token = &answer.json()["session"]["accessToken"];
    token
        .as_str()
        .unwrap_or_else(|| panic!("{}", answer.text))
        .to_owned()
}

#[tokio::test]
async fn the_refresh_token_is_in_a_cookie_and_nowhere_else() {
    let place = place(&[]).await;
    let body = json!({ "username": "lin", "email": "lin@shop.example", "password": PASSWORD });
    let registered = knock(&place, "register", &body.to_string(), OURS).await;
    assert_eq!(registered.status, 200, "{}", registered.text);
    assert!(!registered.text.contains("fr_"), "{}", registered.text);
    let set = registered.header("set-cookie");
    assert!(set.starts_with("fabrica_refresh=fr_"), "{set}");
    let attributes = "; Max-Age=2592000; Path=/auth/refresh; HttpOnly; SameSite=Strict";
    assert!(set.ends_with(attributes), "{set}");
    let bearer = format!("Bearer {}", access_token(&registered));
    let who = place.ask("{ who }", &[("authorization", &bearer)]).await;
    assert_eq!(who.json()["data"]["who"], "user");
}

#[tokio::test]
async fn over_https_no_plain_connection_sees_the_cookie() {
    let place = place(&[("FABRICA_PUBLIC_URL", "https://shop.example")]).await;
    place.somebody().await;
    let answer = log_in(&place, &[("origin", "https://shop.example")]).await;
    let set = answer.header("set-cookie");
    assert!(set.ends_with("; SameSite=Strict; Secure"), "{set}");
}

#[tokio::test]
async fn a_cookie_is_refreshed_until_its_session_ends() {
    let place = place(&[]).await;
    place.somebody().await;
    let nobody = knock(&place, "refresh", "{}", OURS).await;
    assert_eq!(nobody.status, 200);
    assert!(nobody.json()["session"].is_null() && nobody.header("set-cookie").is_empty());

    let first = cookie(&log_in(&place, OURS).await);
    let refreshed = knock(&place, "refresh", "{}", &[("cookie", &first)]).await;
    let second = cookie(&refreshed);
    assert_ne!(first, second);
    // A tab that lost the answer asks again.
    let again = knock(&place, "refresh", "{}", &[("cookie", &first)]).await;
    assert_eq!(cookie(&again), second);

    let bearer = format!("Bearer {}", access_token(&refreshed));
    let out = knock(&place, "log-out", "{}", &[("authorization", &bearer)]).await;
    assert_eq!(out.status, 200, "{}", out.text);
    assert!(out.header("set-cookie").contains("=; Max-Age=0;"));
    let over = knock(&place, "refresh", "{}", &[("cookie", &second)]).await;
    assert_eq!(over.json()["errors"][0]["code"], "TOKEN_INVALID");
    assert!(over.header("set-cookie").contains("=; Max-Age=0;"));
    let nobody = knock(&place, "log-out", "{}", OURS).await;
    assert_eq!(nobody.status, 200, "who is logged out may log out");
}

#[tokio::test]
async fn pages_of_other_sites_get_nothing() {
    let place = place(&[("FABRICA_ALLOWED_ORIGINS", "https://listed.example")]).await;
    place.somebody().await;
    let kept = cookie(&log_in(&place, OURS).await);
    for foreign in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("sec-fetch-site", "none"),
        ("origin", "https://evil.example"),
        ("origin", "https://listed.example"),
        ("origin", "null"),
    ] {
        let refused = knock(&place, "refresh", "{}", &[("cookie", &kept), foreign]).await;
        assert_eq!(refused.status, 403, "{foreign:?}");
        assert!(refused.header("set-cookie").is_empty(), "{foreign:?}");
        assert!(!refused.text.contains("accessToken"));
        assert_eq!(log_in(&place, &[foreign]).await.status, 403);
    }
    // Nothing was used up by them.
    let own = knock(&place, "refresh", "{}", &[("cookie", &kept), OURS[0]]).await;
    access_token(&own);
}

#[tokio::test]
async fn what_a_person_can_mend_is_told_as_graphql_tells_it() {
    let place = place(&[]).await;
    let body = json!({ "username": "", "email": "lin@shop.example", "password": PASSWORD });
    let refused = knock(&place, "register", &body.to_string(), OURS).await;
    assert_eq!(refused.status, 200);
    let error = &refused.json()["errors"][0];
    assert_eq!(error["path"], json!(["input", "username"]));
    let wrong = log_in(&place, OURS).await;
    assert_eq!(wrong.json()["errors"][0]["code"], "WRONG_CREDENTIALS");
    assert!(wrong.header("set-cookie").is_empty());
}

#[tokio::test]
async fn what_is_no_request_of_a_page_is_refused() {
    let place = place(&[]).await;
    let form = ("content-type", "application/x-www-form-urlencoded");
    assert_eq!(knock(&place, "refresh", "{}", &[form]).await.status, 415);
    let secret = knock(&place, "log-in", r#"{ "password": 12 }"#, OURS).await;
    assert_eq!(secret.status, 400);
    assert!(!secret.text.contains("12"), "{}", secret.text);
    let long = format!("\"{}\"", "x".repeat(5000));
    assert_eq!(knock(&place, "log-in", &long, OURS).await.status, 413);
    let got = place.get("/auth/refresh").await;
    assert_eq!(got.status, 405);
}

#[tokio::test]
async fn the_doors_share_the_rates_of_documents_that_log_in() {
    let place = place(&[
        ("FABRICA_TRUSTED_PROXIES", "1"),
        ("FABRICA_RATE_AUTH_PER_MINUTE", "2"),
    ])
    .await;
    let here = ("x-forwarded-for", "203.0.113.7");
    let by_graphql = place.ask("mutation { logIn }", &[here]).await;
    assert_eq!(by_graphql.status, 200);
    for _ in 0..3 {
        let stranger = knock(&place, "refresh", "{}", &[here]).await;
        assert_eq!(stranger.status, 200, "who has no cookie tries nothing");
    }
    let guess = [here, ("cookie", "fabrica_refresh=fr_x")];
    assert_eq!(knock(&place, "refresh", "{}", &guess).await.status, 200);
    let refused = knock(&place, "refresh", "{}", &guess).await;
    assert_eq!(refused.status, 429);
    assert_eq!(refused.header("retry-after"), "30");
    assert_eq!(refused.json()["error"]["code"], "RATE_LIMITED");
}
