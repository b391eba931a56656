//! Connections that hang, and connections without end.

use std::time::{Duration, Instant};

use tokio::io::AsyncWriteExt;

use crate::kit::{
    Engine, Shop,
    raw::{Raw, post_head},
    run,
};

/// Sends a byte a second for as long as the server takes them, and says what it said, and after how long.
async fn drip(url: &str, begun: &[u8]) -> (String, Duration) {
    let started = Instant::now();
    let mut raw = Raw::connect(url).await;
    raw.send(begun).await;
    let (mut reader, mut writer) = raw.0.split();
    let dripping = async {
        let mut second = tokio::time::interval(Duration::from_secs(1));
        loop {
            second.tick().await;
            if writer.write_all(b"x").await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    };
    let mut said = Vec::new();
    tokio::select! {
        // A reset is an end too.
        _ = tokio::io::AsyncReadExt::read_to_end(&mut reader, &mut said) => {}
        () = dripping => {}
    }
    (
        String::from_utf8_lossy(&said).into_owned(),
        started.elapsed(),
    )
}

async fn idle(url: &str) -> (String, Duration) {
    let started = Instant::now();
    let mut raw = Raw::connect(url).await;
    raw.send(b"GET /health/live HTTP/1.1\r\nHost: shop\r\n\r\n")
        .await;
    let said = raw.rest_within(Duration::from_secs(75)).await;
    (said, started.elapsed())
}

async fn whoever_keeps_us_waiting_is_closed(shop: Shop) {
    let slow_headers = b"POST /graphql HTTP/1.1\r\nHost: shop\r\nX-Slow: ";
    let slow_body = post_head("Content-Length: 1000");
    let (headers, body, idle) = tokio::join!(
        drip(&shop.url, slow_headers),
        drip(&shop.url, &slow_body),
        idle(&shop.url),
    );
    assert!(
        headers.1 < Duration::from_secs(12),
        "headers: {:?}",
        headers.1
    );
    assert!(body.1 < Duration::from_secs(17), "body: {:?}", body.1);
    assert!(body.0.starts_with("HTTP/1.1 408 "), "{}", body.0);
    assert!(idle.0.starts_with("HTTP/1.1 200 "), "{}", idle.0);
}

#[tokio::test]
async fn slow_headers_a_slow_body_and_an_idle_connection_end() {
    run(Engine::Sqlite, &[], whoever_keeps_us_waiting_is_closed).await;
}

async fn one_address_has_a_hundred_connections(shop: Shop) {
    let mut open = Vec::new();
    loop {
        let mut raw = Raw::connect(&shop.url).await;
        // The server may have hung up already.
        let asked = b"GET /health/live HTTP/1.1\r\nHost: shop\r\n\r\n";
        let _ = raw.0.write_all(asked).await;
        if raw.head().await.is_empty() {
            break;
        }
        open.push(raw);
        assert!(open.len() <= 100, "and no end");
    }
    // Ours and those that the kit keeps
    assert!(open.len() > 90, "{}", open.len());
    drop(open);
    shop.mei().await;
}

#[tokio::test]
async fn the_hundred_and_first_connection_of_an_address_is_refused() {
    run(Engine::Sqlite, &[], one_address_has_a_hundred_connections).await;
}
