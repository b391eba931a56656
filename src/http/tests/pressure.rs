//! Sockets under pressure: clients that do not read, and sources that do not stop.

use std::{sync::atomic::Ordering, time::Duration};

use futures_util::SinkExt;
use serde_json::json;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Message;

use super::{
    kit::{TORRENT, place},
    talk::connect,
};

#[tokio::test]
async fn a_busy_subscription_answers_ten_times_a_second_and_its_neighbour_at_once() {
    let place = place(&[]).await;
    let mut client = connect(place.listen().await).await;
    client.init(json!({})).await;
    client.subscribe("busy", "subscription { flood }").await;
    for _ in 0..10 {
        assert_eq!(client.hear().await["id"], "busy");
    }
    let tenth = Instant::now();
    client
        .subscribe("quiet", "subscription { count(to: 1) }")
        .await;
    assert_eq!(
        client.hear().await["id"],
        "quiet",
        "the busy one has had its share"
    );
    assert!(tenth.elapsed() < Duration::from_secs(1));
    let mut busy = 0;
    while tenth.elapsed() < Duration::from_millis(2500) {
        let heard = client.hear().await;
        busy += u32::from(heard["id"] == "busy" && heard["type"] == "next");
    }
    assert!(
        (20..=31).contains(&busy),
        "{busy} in two and a half seconds"
    );
}

#[tokio::test]
async fn a_client_that_does_not_read_is_given_up_and_costs_nobody_anything() {
    let mut place = place(&[]).await;
    place.house.limits.send = Duration::from_millis(500);
    // As fast as the source can
    place.house.limits.answers = 1_000_000;
    let address = place.listen().await;
    let mut reader = connect(address).await;
    reader.init(json!({})).await;
    let given_up = place.figure("ws_queue_full_total");

    // When somebody asks for a torrent and reads none of it
    let mut deaf = connect(address).await;
    deaf.init(json!({})).await;
    deaf.subscribe("1", "subscription { torrent }").await;
    let started = Instant::now();
    while place.figure("ws_queue_full_total") == given_up {
        // Then others are answered as ever
        let asked = Instant::now();
        reader.say(json!({ "type": "ping" })).await;
        assert_eq!(reader.hear().await["type"], "pong");
        assert!(
            asked.elapsed() < Duration::from_millis(500),
            "{:?}",
            asked.elapsed()
        );
        assert!(
            started.elapsed() < Duration::from_secs(10),
            "it goes on and on"
        );
        tokio::time::sleep(Duration::from_millis(60)).await;
    }

    // and no more was made for it than the network took: its buffers, and one piece
    let made = TORRENT.load(Ordering::Relaxed);
    assert!(made * 256 * 1024 < 32 * 1024 * 1024, "{made}");

    // and when it reads at last, it is told why it ends
    assert_eq!(deaf.closed().await, 1013);
    assert_eq!(
        TORRENT.load(Ordering::Relaxed),
        made,
        "nothing was made after"
    );
}

#[tokio::test]
async fn a_flood_of_pings_is_a_flood() {
    let place = place(&[]).await;
    let mut client = connect(place.listen().await).await;
    client.init(json!({})).await;
    for _ in 0..200 {
        // The server may have closed before the last of them.
        let _ = client.0.send(Message::Ping(Vec::new().into())).await;
    }
    assert_eq!(client.closed().await, 4429);
}
