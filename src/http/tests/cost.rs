//! What an operation costs: told when asked for, and taken from a share.

use serde_json::{Value, json};

use super::kit::{Answer, Place, place, post};

const PEOPLE: &str = "{ people(first: 100) { nodes { home { street } town { name } } } }";

async fn asking(place: &Place, document: &str, accept: &str) -> Answer {
    let body = json!({ "query": document, "extensions": { "cost": true } });
    place
        .send(post(&body.to_string(), &[("accept", accept)]))
        .await
}

#[tokio::test]
async fn the_cost_is_told_to_those_who_ask_for_it() {
    let place = place(&[("FABRICA_RATE_COST_PER_MINUTE", "1000")]).await;
    let json = "application/json";
    let read = asking(&place, "{ hello }", json).await.json();
    assert_eq!(
        read["extensions"]["cost"],
        json!({ "requested": 0, "limit": 200, "remaining": 999, "perMinute": 1000 })
    );
    let written = asking(&place, "mutation { a: write b: write }", json).await;
    let cost = &written.json()["extensions"]["cost"];
    assert_eq!(
        (&cost["requested"], &cost["remaining"]),
        (&json!(20), &json!(979))
    );
    for silent in [json!({}), json!({ "cost": false }), json!({ "cost": 1 })] {
        let body = json!({ "query": "{ hello }", "extensions": silent }).to_string();
        let answer = place.send(post(&body, &[])).await;
        assert_eq!(answer.json().get("extensions"), None, "{silent}");
    }
}

#[tokio::test]
async fn of_a_stream_the_first_answer_tells_it() {
    let place = place(&[("FABRICA_RATE_COST_PER_MINUTE", "0")]).await;
    let stream = asking(&place, "subscription { count(to: 2) }", "text/event-stream").await;
    let answers: Vec<Value> = stream
        .text
        .lines()
        .filter_map(|line| serde_json::from_str(line.strip_prefix("data: ")?).ok())
        .collect();
    assert_eq!(answers.len(), 2, "{}", stream.text);
    let cost = &answers[0]["extensions"]["cost"];
    assert_eq!(
        *cost,
        json!({ "requested": 0, "limit": 200 }),
        "no share is counted"
    );
    assert_eq!(answers[1].get("extensions"), None);
}

#[tokio::test]
async fn what_costs_too_much_is_told_its_cost_and_the_limit() {
    let place = place(&[]).await;
    let answer = asking(&place, PEOPLE, "application/json").await;
    assert_eq!(answer.code(), "QUERY_TOO_COMPLEX");
    for figure in ["301", "200"] {
        assert!(answer.text.contains(figure), "{}", answer.text);
    }
}

#[tokio::test]
async fn dear_documents_use_the_share_up_before_their_number_does() {
    let place = place(&[("FABRICA_RATE_COST_PER_MINUTE", "1000")]).await;
    let dear = "mutation { a: write b: write c: write d: write e: write }";
    for number in 0..20 {
        assert_eq!(place.ask(dear, &[]).await.status, 200, "{number}");
    }
    let refused = place.ask(dear, &[]).await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (429, "RATE_LIMITED")
    );
    assert_eq!(refused.header("x-ratelimit-limit"), "1000");
    let wait: u64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=3).contains(&wait), "50 come back in 3 s: {wait}");
}
