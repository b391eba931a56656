//! How often somebody may ask, as seen from outside.

use axum::body::Body;

use super::kit::{Answer, Place, place};

const MODERN: (&str, &str) = ("accept", "application/graphql-response+json");

/// A house behind one proxy, so that clients can sit at different addresses.
async fn behind_a_proxy(setting: &str, value: &str) -> Place {
    place(&[("FABRICA_TRUSTED_PROXIES", "1"), (setting, value)]).await
}

async fn from(place: &Place, address: &str, document: &str) -> Answer {
    place.ask(document, &[("x-forwarded-for", address)]).await
}

#[tokio::test]
async fn every_answer_says_what_is_left() {
    let place = place(&[("FABRICA_RATE_PER_HOUR", "9")]).await;
    for (left, document) in [(8, "{ who }"), (7, "{ who"), (6, "{ nothing }")] {
        let answer = place.ask(document, &[]).await;
        assert_eq!(answer.header("x-ratelimit-limit"), "9", "{document}");
        assert_eq!(answer.header("x-ratelimit-remaining"), left.to_string());
        let reset: u32 = answer.header("x-ratelimit-reset").parse().unwrap();
        assert_eq!(reset, (9 - left) * 400, "each comes back after 400 s");
    }
    let text = place
        .ask("{ who }", &[("content-type", "text/plain")])
        .await;
    assert_eq!(text.status, 415);
    assert_eq!(text.header("x-ratelimit-remaining"), "5");
    let forged = place.ask("{ who }", &[("authorization", "Bearer x")]).await;
    assert_eq!(forged.status, 401);
    assert_eq!(
        forged.header("x-ratelimit-remaining"),
        "4",
        "of the address"
    );
    let asked = place.ask("{ remaining }", &[]).await;
    assert_eq!(asked.json()["data"]["remaining"], 3, "{}", asked.text);
}

#[tokio::test]
async fn who_has_nothing_left_is_told_when_to_come_again() {
    let place = place(&[("FABRICA_RATE_PER_HOUR", "1")]).await;
    assert_eq!(place.ask("{ who }", &[]).await.status, 200);
    for headers in [&[MODERN][..], &[]] {
        let refused = place.ask("{ who }", headers).await;
        assert_eq!(refused.status, 429);
        assert_eq!(refused.code(), "RATE_LIMITED");
        assert_eq!(refused.header("x-ratelimit-remaining"), "0");
        let wait: u64 = refused.header("retry-after").parse().unwrap();
        assert!((3590..=3600).contains(&wait), "{wait}");
        let json = refused.json();
        assert!(json.get("data").is_none(), "{json}");
        let extensions = &json["errors"][0]["extensions"];
        assert_eq!(extensions["retryAfterSeconds"], wait);
        assert!(extensions["requestId"].is_string());
    }
    let by_get = place.get("/graphql?query=%7Bwho%7D").await;
    assert_eq!(by_get.status, 429);
}

#[tokio::test]
async fn nothing_but_documents_is_counted() {
    let place = place(&[("FABRICA_RATE_PER_HOUR", "1")]).await;
    for _ in 0..5 {
        assert_eq!(place.get("/health/live").await.status, 200);
        assert_eq!(place.get("/metrics").await.status, 200);
        assert_eq!(place.get("/schema.graphql").await.status, 200);
        let callback = http::Request::post("/ecpay/notify").body(Body::empty());
        let callback = place.send(callback.unwrap()).await;
        assert_ne!(callback.status, 429);
        assert_eq!(callback.header("x-ratelimit-limit"), "");
    }
    assert_eq!(place.ask("{ who }", &[]).await.status, 200);
}

#[tokio::test]
async fn a_user_s_share_is_not_the_address_s() {
    let place = behind_a_proxy("FABRICA_RATE_PER_HOUR", "1").await;
    let (token, _) = place.somebody().await;
    let bearer = format!("Bearer {token}");
    let at = |address| {
        [
            ("authorization", bearer.as_str()),
            ("x-forwarded-for", address),
        ]
    };
    assert_eq!(from(&place, "203.0.113.7", "{ who }").await.status, 200);
    assert_eq!(from(&place, "203.0.113.7", "{ who }").await.status, 429);
    let user = place.ask("{ who }", &at("203.0.113.7")).await;
    assert_eq!(
        user.status, 200,
        "logged in, from an address that is used up"
    );
    let elsewhere = place.ask("{ who }", &at("203.0.113.8")).await;
    assert_eq!(elsewhere.status, 429, "the same user from another address");
    assert_eq!(from(&place, "203.0.113.8", "{ who }").await.status, 200);
}

#[tokio::test]
async fn logging_in_has_a_share_of_its_own_for_each_address() {
    let place = behind_a_proxy("FABRICA_RATE_AUTH_PER_MINUTE", "2").await;
    let (token, _) = place.somebody().await;
    let five = "mutation { a: logIn b: logIn c: logIn d: logIn e: logIn }";
    let hidden = "mutation { ...F } fragment F on Mutation { write ... { again: logIn } }";
    assert_eq!(from(&place, "2001:db8::1", five).await.status, 200);
    assert_eq!(from(&place, "2001:db8::1", hidden).await.status, 200);
    let refused = from(&place, "2001:db8::2", "mutation { logIn }").await;
    assert_eq!(
        refused.status, 429,
        "once for each document, and the same /64"
    );
    assert_eq!(refused.code(), "RATE_LIMITED");
    assert_eq!(refused.header("x-ratelimit-limit"), "2");
    let wait: u64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=30).contains(&wait), "{wait}");

    let bearer = format!("Bearer {token}");
    let headers = [
        ("authorization", bearer.as_str()),
        ("x-forwarded-for", "2001:db8::3"),
    ];
    let user = place.ask("mutation { logIn }", &headers).await;
    assert_eq!(user.status, 429, "whoever asks");
    let other = from(&place, "2001:db8::1", "mutation { write }").await;
    assert_eq!(other.status, 200, "all else goes on");
    let neighbour = from(&place, "2001:db8:0:1::1", "mutation { logIn }").await;
    assert_eq!(neighbour.status, 200);
}

#[tokio::test]
async fn nothing_is_counted_when_it_is_off() {
    let place = place(&[
        ("FABRICA_RATE_PER_HOUR", "0"),
        ("FABRICA_RATE_PER_MINUTE", "0"),
    ])
    .await;
    let answer = place.ask("{ remaining }", &[]).await;
    assert_eq!(answer.text, r#"{"data":{"remaining":null}}"#);
    assert_eq!(answer.header("x-ratelimit-limit"), "");
}

#[tokio::test]
async fn the_key_of_the_header_reaches_the_mutation() {
    let place = place(&[]).await;
    for (sent, read) in [("k-1", "k-1"), ("\"k-1\"", "k-1"), ("", "")] {
        let headers = [("idempotency-key", sent)];
        let answer = place.ask("mutation { key }", &headers).await;
        assert_eq!(answer.json()["data"]["key"], read, "{}", answer.text);
    }
    let two = [("idempotency-key", "a"), ("idempotency-key", "b")];
    let refused = place.ask("mutation { key }", &two).await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (400, "BAD_REQUEST")
    );
}

#[tokio::test]
async fn how_much_a_request_may_ask_for_is_a_setting() {
    let set = &[
        ("FABRICA_LIMIT_BODY_BYTES", "2048"),
        ("FABRICA_LIMIT_DOCUMENT_BYTES", "1024"),
        ("FABRICA_LIMIT_DEPTH", "4"),
        ("FABRICA_LIMIT_ALIASES", "1"),
        ("FABRICA_LIMIT_ANONYMOUS_COST", "150"),
        ("FABRICA_LIMIT_USUAL_PAGE", "180"),
        ("FABRICA_LIMIT_PAGE", "200"),
    ];
    let place = place(set).await;
    for (document, code) in [
        ("{a{b{c{d{e}}}}}".to_owned(), "QUERY_TOO_DEEP"),
        ("{a:hello b:hello}".to_owned(), "QUERY_TOO_COMPLEX"),
        (format!("{{hello}}#{}", "x".repeat(1024)), "QUERY_TOO_LARGE"),
        (
            "{things(first: 150){nodes{id}}}".to_owned(),
            "QUERY_TOO_COMPLEX",
        ),
    ] {
        assert_eq!(place.ask(&document, &[]).await.code(), code, "{document}");
    }
    let large = place
        .ask(&format!("{{hello}}{}", " ".repeat(2048)), &[])
        .await;
    assert_eq!(large.status, 413);
    assert!(large.text.contains("2048"), "{}", large.text);
    // The list itself keeps to the bounds that the pipeline prices by.
    let pages = place.house.app.policy.pages;
    assert_eq!((pages.usual, pages.most), (180, 200));
}
