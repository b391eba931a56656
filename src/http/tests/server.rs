//! What is beside GraphQL.

use axum::body::Body;

use super::kit::place;

#[tokio::test]
async fn every_answer_is_protected() {
    let place = place(&[("FABRICA_PUBLIC_URL", "https://shop.example")]).await;
    for path in ["/graphql", "/health/live", "/nowhere"] {
        let answer = place.get(path).await;
        assert_eq!(
            answer.header("content-security-policy"),
            "default-src 'none'; frame-ancestors 'none'"
        );
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        assert_eq!(answer.header("cross-origin-resource-policy"), "same-site");
        assert!(
            answer
                .header("strict-transport-security")
                .starts_with("max-age=")
        );
        assert_eq!(answer.header("server"), "");
    }
}

#[tokio::test]
async fn what_is_not_there_is_small_json() {
    let place = place(&[]).await;
    let answer = place.get("/nowhere").await;
    assert_eq!(answer.status, 404);
    assert_eq!(answer.json()["error"]["code"], "NOT_FOUND");
    let request = http::Request::post("/health/live")
        .body(Body::empty())
        .unwrap();
    let answer = place.send(request).await;
    assert_eq!((answer.status, answer.header("allow")), (405, "GET,HEAD"));
}

#[tokio::test]
async fn readiness_ends_before_anything_else() {
    let place = place(&[]).await;
    assert_eq!(place.get("/health/ready").await.status, 200);
    let detailed = place.get("/health/detailed").await.json();
    assert_eq!(detailed["parts"]["database"]["engine"], "Sqlite");
    place.house.shutdown.draining.cancel();
    assert_eq!(place.get("/health/ready").await.status, 503);
    assert_eq!(place.get("/health/live").await.status, 200);
    assert_eq!(
        place.ask("{ hello }", &[]).await.status,
        200,
        "still served"
    );
}

#[tokio::test]
async fn only_listed_origins_may_read_answers() {
    let place = place(&[("FABRICA_ALLOWED_ORIGINS", "https://staff.example")]).await;
    let allowed = async |origin: &str| {
        let answer = place.ask("{ hello }", &[("origin", origin)]).await;
        assert!(
            answer
                .headers
                .get_all("vary")
                .iter()
                .any(|value| value == "Accept")
        );
        answer.header("access-control-allow-origin").to_owned()
    };
    assert_eq!(
        allowed("https://staff.example").await,
        "https://staff.example"
    );
    assert_eq!(allowed("https://evil.example").await, "");
}

#[tokio::test]
async fn a_page_of_a_listed_origin_is_told_what_it_may_send_and_read() {
    let place = place(&[("FABRICA_ALLOWED_ORIGINS", "https://staff.example")]).await;
    let ask_first = async |origin: &str| {
        let request = http::Request::options("/graphql")
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header(
                "access-control-request-headers",
                "authorization,content-type",
            )
            .body(Body::empty())
            .unwrap();
        place.send(request).await
    };
    let told = ask_first("https://staff.example").await;
    assert_eq!(told.status, 200);
    assert_eq!(
        told.header("access-control-allow-origin"),
        "https://staff.example"
    );
    assert_eq!(told.header("access-control-allow-methods"), "GET,POST");
    for header in [
        "authorization",
        "content-type",
        "idempotency-key",
        "graphql-require-preflight",
    ] {
        let allowed = told.header("access-control-allow-headers");
        assert!(allowed.split(',').any(|each| each == header), "{allowed}");
    }
    // With cookies or other people's rights nobody comes.
    assert_eq!(told.header("access-control-allow-credentials"), "");
    let foreign = ask_first("https://evil.example").await;
    assert_eq!(foreign.header("access-control-allow-origin"), "");
    let answer = place
        .ask("{ hello }", &[("origin", "https://staff.example")])
        .await;
    assert_eq!(
        answer.header("access-control-expose-headers"),
        "x-request-id,retry-after,x-ratelimit-limit,x-ratelimit-remaining,x-ratelimit-reset"
    );
}

#[tokio::test]
async fn figures_are_for_those_with_the_token() {
    let place = place(&[("FABRICA_METRICS_TOKEN", "figures-please")]).await;
    assert_eq!(place.get("/metrics").await.status, 401);
    let request = http::Request::get("/metrics")
        .header("authorization", "Bearer figures-please")
        .body(Body::empty())
        .unwrap();
    assert_eq!(place.send(request).await.status, 200);
}

#[tokio::test]
async fn public_documents_are_there() {
    let place = place(&[]).await;
    assert!(
        place
            .get("/schema.graphql")
            .await
            .text
            .contains("type Query")
    );
    assert_eq!(
        place.get("/.well-known/jwks.json").await.json()["keys"][0]["kid"],
        "test"
    );
    let accounts = place.get("/dev/accounts.json").await.json();
    assert!(accounts[0]["label"].is_string() && accounts[0]["password"].is_string());
    let page = place.get("/").await;
    assert_eq!(page.status, 200);
    assert!(page.header("content-type").starts_with("text/html"));
}

#[tokio::test]
async fn what_is_for_trying_out_is_not_in_the_sandbox() {
    let place = place(&[
        ("FABRICA_PROFILE", "sandbox"),
        ("FABRICA_PLAYGROUND", "off"),
    ])
    .await;
    assert_eq!(place.get("/dev/accounts.json").await.status, 404);
    assert_eq!(place.get("/").await.status, 404);
}

#[tokio::test]
async fn a_request_id_of_another_form_is_replaced() {
    let place = place(&[]).await;
    let id = async |sent: &str| {
        let answer = place.ask("{ hello }", &[("x-request-id", sent)]).await;
        answer.header("x-request-id").to_owned()
    };
    assert_eq!(id("my-id-1").await, "my-id-1");
    assert_ne!(id("a b").await, "a b");
}
