//! What a defect of ours costs: one answer, and nothing else.

use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::{kit::place, talk::connect};

/// Sends a document and reads the whole answer, on a connection that stays.
async fn ask(stream: &mut TcpStream, document: &str) -> String {
    let body = json!({ "query": document }).to_string();
    let request = format!(
        "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut said = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&said);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "));
            if body.len() == length.unwrap().parse::<usize>().unwrap() {
                return text.into_owned();
            }
        }
        assert_ne!(stream.read_buf(&mut said).await.unwrap(), 0, "closed");
    }
}

#[tokio::test]
async fn a_panic_in_a_transaction_takes_it_back_and_the_connection_goes_on() {
    let place = place(&[]).await;
    let before = place.figure("panics_total");
    let mut stream = TcpStream::connect(place.listen().await).await.unwrap();
    let answer = ask(&mut stream, "mutation { writeAndPanic }").await;
    assert!(answer.starts_with("HTTP/1.1 500 "), "{answer}");
    assert!(!answer.contains("canary"), "{answer}");
    assert!(place.figure("panics_total") > before);

    let next = ask(&mut stream, "{ hello }").await;
    assert!(next.starts_with("HTTP/1.1 200 "), "{next}");
    let runs = entity::base::job_run::Entity::find();
    let runs = runs.count(place.house.app.database.reader()).await.unwrap();
    assert_eq!(runs, 0, "nothing of it was kept");
    place.somebody().await;
}

#[tokio::test]
async fn a_panic_in_a_subscription_ends_its_socket_with_a_reason() {
    let place = place(&[]).await;
    let before = place.figure("panics_total");
    let mut client = connect(place.listen().await).await;
    client.init(json!({})).await;
    client.subscribe("1", "subscription { panics }").await;
    assert_eq!(client.closed().await, 1011);
    assert!(place.figure("panics_total") > before);
    assert_eq!(place.ask("{ hello }", &[]).await.status, 200);
}

#[tokio::test]
async fn a_panic_in_a_stream_of_events_is_its_last_event() {
    let place = place(&[]).await;
    let before = place.figure("panics_total");
    let events = [("accept", "text/event-stream")];
    let answer = place.ask("subscription { panics }", &events).await;
    assert!(
        answer.text.contains("INTERNAL_SERVER_ERROR"),
        "{}",
        answer.text
    );
    assert!(answer.text.ends_with("event: complete\ndata:\n\n"));
    assert!(!answer.text.contains("canary"), "{}", answer.text);
    assert!(place.figure("panics_total") > before);
}
