//! GraphQL over HTTP, case by case.

use std::time::Duration;

use axum::body::Body;

use super::kit::{place, post};

const NEW: (&str, &str) = ("accept", "application/graphql-response+json");

#[tokio::test]
async fn a_query_is_answered_in_the_order_it_was_asked() {
    let place = place(&[]).await;
    let answer = place
        .ask("{ who b: hello(name: \"b\") a: hello }", &[])
        .await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.text,
        r#"{"data":{"who":"anonymous","b":"hello b","a":"hello "}}"#
    );
    assert_eq!(
        answer.header("content-type"),
        "application/json; charset=utf-8"
    );
    assert_eq!(answer.header("vary"), "Accept");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert!(!answer.header("x-request-id").is_empty());
}

#[tokio::test]
async fn a_request_that_cannot_run_has_no_data_and_a_status_for_those_who_asked_for_it() {
    let place = place(&[]).await;
    for (document, code) in [
        ("{ hello", "GRAPHQL_PARSE_FAILED"),
        (
            "query A { hello } query B { hello }",
            "OPERATION_RESOLUTION_FAILURE",
        ),
        ("{ nothing }", ""),
        (
            &format!(
                "{{ hello(name: {}1{}) }}",
                "[".repeat(2500),
                "]".repeat(2500)
            ),
            "QUERY_TOO_DEEP",
        ),
    ] {
        let modern = place.ask(document, &[NEW]).await;
        assert_eq!(modern.status, 400, "{document}");
        assert_eq!(modern.code(), code);
        assert!(modern.json().get("data").is_none(), "{}", modern.text);
        assert!(
            modern
                .header("content-type")
                .starts_with("application/graphql-response+json")
        );
        assert_eq!(place.ask(document, &[]).await.status, 200, "{document}");
    }
}

#[tokio::test]
async fn a_field_that_fails_beside_data_is_200_and_pressure_has_its_own_status() {
    let place = place(&[]).await;
    let answer = place.ask("{ refused(code: \"FORBIDDEN\") }", &[NEW]).await;
    assert_eq!((answer.status, answer.code().as_str()), (200, "FORBIDDEN"));
    assert!(answer.json()["data"].is_null(), "it ran");
    for (code, status) in [("RATE_LIMITED", 429), ("UNAVAILABLE", 503)] {
        let answer = place
            .ask(&format!("{{ refused(code: \"{code}\") }}"), &[])
            .await;
        assert_eq!(answer.status, status);
        assert_eq!(answer.header("retry-after"), "7");
    }
}

#[tokio::test]
async fn only_json_is_taken() {
    let place = place(&[]).await;
    let body = r#"{"query":"mutation { write }"}"#;
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json; charset=utf-16",
        "",
    ] {
        let answer = place.send(post(body, &[("content-type", kind)])).await;
        assert_eq!(answer.status, 415, "{kind}");
    }
    let encoded = place
        .send(post(body, &[("content-encoding", "gzip")]))
        .await;
    assert_eq!(encoded.status, 415);
    for kind in [
        "application/json; charset=UTF-8",
        "application/graphql-response+json",
    ] {
        assert_eq!(
            place
                .send(post(body, &[("content-type", kind)]))
                .await
                .status,
            200,
            "{kind}"
        );
    }
}

#[tokio::test]
async fn a_body_of_the_wrong_form_is_a_bad_request() {
    let place = place(&[]).await;
    for body in [
        "[{\"query\":\"{hello}\"}]",
        "nonsense",
        "{\"query\":\"{hello}\",\"variables\":[]}",
    ] {
        let answer = place.send(post(body, &[])).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (400, "BAD_REQUEST"),
            "{body}"
        );
    }
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_with_and_without_a_length() {
    let place = place(&[]).await;
    let large = format!(
        "{{\"query\":\"{{hello}}\",\"x\":\"{}\"}}",
        "x".repeat(64 * 1024)
    );
    let answer = place.send(post(&large, &[])).await;
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (413, "QUERY_TOO_LARGE")
    );
    let chunks = futures_util::stream::iter(large.into_bytes())
        .map(|byte| Ok::<_, std::io::Error>(vec![byte]));
    use futures_util::StreamExt;
    let mut chunked = post("", &[]);
    *chunked.body_mut() = Body::from_stream(chunks);
    assert_eq!(place.send(chunked).await.status, 413);
}

#[tokio::test]
async fn a_get_reads_and_never_writes() {
    let place = place(&[]).await;
    let read = place.get("/graphql?query=%7Bhello%7D").await;
    assert_eq!(
        (read.status, read.json()["data"]["hello"].as_str()),
        (200, Some("hello "))
    );
    let write = place.get("/graphql?query=mutation%7Bwrite%7D").await;
    assert_eq!((write.status, write.header("allow")), (405, "POST"));
    for method in ["HEAD", "PUT", "DELETE", "OPTIONS"] {
        let request = http::Request::builder()
            .method(method)
            .uri("/graphql?query=mutation%7Bwrite%7D")
            .body(Body::empty())
            .unwrap();
        let answer = place.send(request).await;
        assert_eq!(
            (answer.status, answer.header("allow")),
            (405, "GET, POST"),
            "{method}"
        );
    }
}

#[tokio::test]
async fn another_sites_page_cannot_cause_a_get() {
    let place = place(&[]).await;
    let status = async |headers: &[(&str, &str)]| {
        let mut request = http::Request::get("/graphql?query=%7Bhello%7D");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        place
            .send(request.body(Body::empty()).unwrap())
            .await
            .status
    };
    assert_eq!(status(&[("sec-fetch-site", "cross-site")]).await, 400);
    assert_eq!(status(&[("sec-fetch-site", "same-origin")]).await, 200);
    let asked = [
        ("sec-fetch-site", "cross-site"),
        ("graphql-require-preflight", "1"),
    ];
    assert_eq!(status(&asked).await, 200);
}

#[tokio::test]
async fn what_cannot_be_answered_over_http_is_not_acceptable() {
    let place = place(&[]).await;
    assert_eq!(place.ask("subscription { silence }", &[]).await.status, 406);
    assert_eq!(
        place
            .ask("{ hello }", &[("accept", "text/html")])
            .await
            .status,
        406
    );
}

#[tokio::test]
async fn a_token_that_is_not_good_is_401_and_none_is_nobody() {
    let place = place(&[]).await;
    let (token, op) = place.somebody().await;
    let bearer = format!("Bearer {token}");
    let who = async |value: &str| place.ask("{ who }", &[("authorization", value)]).await;
    assert_eq!(who(&bearer).await.json()["data"]["who"], "user");
    for bad in ["Bearer nonsense", "Basic bWVpOng=", "Bearer", &token] {
        let answer = who(bad).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (401, "UNAUTHENTICATED"),
            "{bad}"
        );
        assert_eq!(answer.header("www-authenticate"), "Bearer");
        assert!(!answer.text.contains(&token));
    }
    domain::users::log_out(&op).await.unwrap();
    assert_eq!(who(&bearer).await.status, 401, "the session ended");
}

#[tokio::test]
async fn a_panic_is_a_500_with_the_request_id_and_nothing_else() {
    let place = place(&[]).await;
    let answer = place.ask("{ panic }", &[("x-request-id", "abc-1")]).await;
    assert_eq!(
        (answer.status, answer.header("x-request-id")),
        (500, "abc-1")
    );
    assert!(
        answer.text.contains("abc-1") && !answer.text.contains("canary"),
        "{}",
        answer.text
    );
    assert_eq!(place.ask("{ hello }", &[]).await.status, 200);
}

#[tokio::test]
async fn an_operation_that_takes_too_long_is_given_up() {
    let mut place = place(&[]).await;
    place.house.limits.operation = Duration::from_millis(20);
    let answer = place.ask("{ slow }", &[]).await;
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (503, "UNAVAILABLE")
    );
    assert_eq!(answer.header("retry-after"), "2");
}
