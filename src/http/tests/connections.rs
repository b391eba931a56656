//! Connections: how long they may take, and how many there are.

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::kit::place;

#[tokio::test]
async fn headers_that_do_not_come_end_the_connection() {
    let mut place = place(&[]).await;
    place.house.limits.headers = Duration::from_millis(50);
    let address = place.listen().await;
    for begun in ["", "POST /graphql HTTP/1.1\r\nHost: x\r\nX-Slow"] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(begun.as_bytes()).await.unwrap();
        let mut rest = Vec::new();
        let ended = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut rest));
        ended.await.expect("closed in time").ok();
    }
}

#[tokio::test]
async fn one_address_cannot_take_every_connection() {
    let mut place = place(&[]).await;
    place.house.limits.connections = 1;
    let address = place.listen().await;
    let first = TcpStream::connect(address).await.unwrap();
    let mut second = TcpStream::connect(address).await.unwrap();
    let mut rest = Vec::new();
    let ended = tokio::time::timeout(Duration::from_secs(5), second.read_to_end(&mut rest));
    ended.await.expect("refused").ok();
    drop(first);
}

#[tokio::test]
async fn a_body_that_does_not_come_is_408_and_the_end() {
    let mut place = place(&[]).await;
    place.house.limits.body = Duration::from_millis(50);
    let mut stream = TcpStream::connect(place.listen().await).await.unwrap();
    let begun = "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n{\"query\"";
    stream.write_all(begun.as_bytes()).await.unwrap();
    let mut said = Vec::new();
    let ended = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut said));
    ended.await.expect("closed in time").unwrap();
    let said = String::from_utf8(said).unwrap();
    assert!(said.starts_with("HTTP/1.1 408 "), "{said}");
    assert!(said.contains("connection: close"), "{said}");
}

#[tokio::test]
async fn an_idle_connection_ends() {
    let mut place = place(&[]).await;
    place.house.limits.headers = Duration::from_millis(50);
    let mut stream = TcpStream::connect(place.listen().await).await.unwrap();
    let request = "GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n";
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut said = Vec::new();
    let ended = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut said));
    ended.await.expect("closed in time").unwrap();
    assert!(said.starts_with(b"HTTP/1.1 200 "), "answered first");
}
