//! Server-sent events, as they leave the house. What their client makes of them is in `tests/clients`.

use std::time::Duration;

use axum::body::Body;
use http_body_util::BodyExt;
use tower::ServiceExt;

use super::kit::{Place, place, post};

const EVENTS: (&str, &str) = ("accept", "text/event-stream");

/// A stream that is open.
struct Watch(Body);

async fn watch(place: &Place, document: &str, headers: &[(&str, &str)]) -> Watch {
    let body = serde_json::json!({ "query": document }).to_string();
    let request = post(&body, &[&[EVENTS], headers].concat());
    let response = place.router().oneshot(request).await.unwrap();
    assert_eq!(response.status(), 200);
    Watch(response.into_body())
}

impl Watch {
    /// The next piece; nothing at the end.
    async fn piece(&mut self) -> Option<String> {
        let frame = tokio::time::timeout(Duration::from_secs(10), self.0.frame());
        let frame = frame.await.expect("a piece in time")?;
        let data = frame.unwrap().into_data().unwrap();
        Some(String::from_utf8(data.to_vec()).unwrap())
    }
}

#[tokio::test]
async fn a_subscription_is_an_event_for_each_answer_and_one_for_its_end() {
    let place = place(&[]).await;
    let answer = place.ask("subscription { count(to: 2) }", &[EVENTS]).await;
    assert_eq!(
        answer.text,
        "event: next\ndata: {\"data\":{\"count\":0}}\n\n\
         event: next\ndata: {\"data\":{\"count\":1}}\n\n\
         event: complete\ndata:\n\n"
    );
    assert_eq!(answer.header("content-type"), "text/event-stream");
    assert_eq!(answer.header("x-accel-buffering"), "no");
}

#[tokio::test]
async fn what_does_not_run_has_no_data_and_the_stream_ends() {
    let place = place(&[]).await;
    for document in ["subscription {", "subscription { nothing }", "{ nothing }"] {
        let answer = place.ask(document, &[EVENTS]).await;
        assert_eq!(answer.status, 200, "{document}");
        let json = answer.text.strip_prefix("event: next\ndata: ").unwrap();
        let json = json.strip_suffix("\n\nevent: complete\ndata:\n\n").unwrap();
        let json: serde_json::Value = serde_json::from_str(json).unwrap();
        assert!(json.get("data").is_none(), "{json}");
        assert!(json["errors"][0]["extensions"]["requestId"].is_string());
    }
}

#[tokio::test]
async fn a_quiet_stream_is_kept_alive_by_comments() {
    let mut place = place(&[]).await;
    place.house.limits.ping = Duration::from_millis(20);
    let mut watch = watch(&place, "subscription { silence }", &[]).await;
    assert_eq!(watch.piece().await.as_deref(), Some(":\n\n"));
    assert_eq!(watch.piece().await.as_deref(), Some(":\n\n"));
}

#[tokio::test]
async fn a_stream_ends_with_its_token_even_in_a_flood() {
    let mut place = place(&[]).await;
    place.house.limits.session_check = Duration::from_millis(20);
    let (token, _) = place.somebody().await;
    let bearer = format!("Bearer {token}");
    for document in ["subscription { silence }", "subscription { flood }"] {
        let mut watch = watch(&place, document, &[("authorization", &bearer)]).await;
        place.pass(60);
        let mut last = String::new();
        while let Some(piece) = watch.piece().await {
            last = piece;
            // As a connection does, which gives way to others now and then.
            tokio::task::yield_now().await;
        }
        assert!(last.contains("UNAUTHENTICATED"), "{document}: {last}");
        assert!(last.ends_with("event: complete\ndata:\n\n"), "{last}");
        place.pass(-60);
    }
}

#[tokio::test]
async fn a_server_that_goes_takes_no_new_streams_and_ends_the_old_ones_without_complete() {
    let place = place(&[]).await;
    let mut watch = watch(&place, "subscription { silence }", &[]).await;
    place.house.shutdown.draining.cancel();
    let refused = place.ask("subscription { silence }", &[EVENTS]).await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (503, "UNAVAILABLE")
    );
    assert!(!refused.header("retry-after").is_empty());
    place.house.shutdown.closing.cancel();
    assert_eq!(watch.piece().await, None);
}
