//! The words of `graphql-transport-ws`, and how sockets end that do not keep to them.

use serde_json::{Value, json};
use tokio::io::AsyncReadExt;

use crate::kit::{Engine, Said, Shop, live::Live, raw::Raw, run};

fn subscribe(id: &str, query: &str) -> Value {
    json!({ "id": id, "type": "subscribe", "payload": { "query": query } })
}

/// What is said on a fresh socket, and the code that it is closed with.
fn breaches() -> Vec<(&'static str, Vec<Value>, u16)> {
    let init = json!({ "type": "connection_init" });
    let watch = "subscription { orderStatusChanged(orderId: \"ord_01jd0000000000000000000000\") { version } }";
    let bad_token =
        json!({ "type": "connection_init", "payload": { "authorization": "Bearer none" } });
    vec![
        (
            "subscribing before the ack",
            vec![subscribe("1", watch)],
            4401,
        ),
        ("a second init", vec![init.clone(), init.clone()], 4429),
        (
            "an unknown word",
            vec![init.clone(), json!({ "type": "start" })],
            4400,
        ),
        ("no word at all", vec![init, json!({ "id": "1" })], 4400),
        ("a bad token", vec![bad_token], 4403),
        ("nothing for three seconds", Vec::new(), 4408),
    ]
}

async fn ending(live: &mut Live) -> u16 {
    loop {
        if let Said::Closed(code) = live.next().await {
            return code;
        }
    }
}

async fn sockets_that_break_the_protocol_are_closed(shop: Shop) {
    for (what, words, code) in breaches() {
        let mut live = Live::open(&shop.url).await;
        for word in words {
            live.say(word).await;
        }
        assert_eq!(ending(&mut live).await, code, "{what}");
    }

    // The same id twice
    let mei = shop.mei().await;
    let purchase = mei.subscribe("pro").await;
    let mut live = shop.live(&mei).await;
    live.watch(&purchase.order_id).await;
    assert_eq!(live.change().await.status, "PENDING");
    live.watch(&purchase.order_id).await;
    assert_eq!(ending(&mut live).await, 4409);

    // Queries and mutations are not for sockets, and change nothing
    let before = shop.database.counts().await;
    let mut live = shop.live(&mei).await;
    for document in [
        "{ me { id } }",
        "mutation { logOutEverywhere { endedSessions } }",
    ] {
        live.say(subscribe("q", document)).await;
        assert_eq!(
            live.next().await,
            Said::Error("BAD_REQUEST".to_owned()),
            "{document}"
        );
    }
    assert_eq!(shop.database.counts().await, before);

    // The socket lives on
    live.watch(&purchase.order_id).await;
    assert_eq!(live.change().await.status, "PENDING");
}

/// Asks for a socket in this subprotocol by hand, since client libraries hang up when it is not chosen: the code
/// that the socket is closed with.
async fn ending_in(shop: &Shop, protocol: &str) -> u16 {
    let mut raw = Raw::connect(&shop.url).await;
    let request = format!(
        "GET /graphql HTTP/1.1\r\nHost: shop\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n{protocol}\r\n"
    );
    raw.send(request.as_bytes()).await;
    let head = raw.head().await.to_ascii_lowercase();
    assert!(head.starts_with("http/1.1 101 "), "{head}");
    assert!(!head.contains("sec-websocket-protocol"), "{head}");
    let (kind, _length) = (
        raw.0.read_u8().await.unwrap(),
        raw.0.read_u8().await.unwrap(),
    );
    assert_eq!(kind, 0x88, "a close frame");
    raw.0.read_u16().await.unwrap()
}

async fn other_subprotocols_are_told_so(shop: Shop) {
    for protocol in ["graphql-ws", "nonsense", "graphql-ws, mqtt"] {
        let header = format!("Sec-WebSocket-Protocol: {protocol}\r\n");
        assert_eq!(ending_in(&shop, &header).await, 4406, "{protocol}");
    }
    assert_eq!(ending_in(&shop, "").await, 4406, "none at all");

    let ours = ("sec-websocket-protocol", "graphql-transport-ws");
    for origin in ["https://evil.example", "null", "http://127.0.0.1:1"] {
        let refused = Live::dial(&shop.url, &[ours, ("origin", origin)]).await;
        assert_eq!(refused.err(), Some(403), "{origin}");
    }
    let own = Live::dial(&shop.url, &[ours, ("origin", shop.url.as_str())]).await;
    assert!(own.is_ok(), "our own page");
}

#[tokio::test]
async fn a_wrong_subprotocol_is_4406_and_a_foreign_page_gets_no_socket() {
    run(Engine::Sqlite, &[], other_subprotocols_are_told_so).await;
}

async fn floods_are_cut_off(shop: Shop) {
    let init = json!({ "type": "connection_init" });
    let large = json!({ "type": "ping", "payload": { "x": "x".repeat(65 * 1024) } });
    let mut live = Live::open(&shop.url).await;
    live.say(init.clone()).await;
    live.must_be_let_in().await;
    live.try_say(large).await;
    assert_eq!(ending(&mut live).await, 1009);
    let mut live = Live::open(&shop.url).await;
    live.say(init.clone()).await;
    for _ in 0..200 {
        live.try_say(json!({ "type": "pong" })).await;
    }
    assert_eq!(ending(&mut live).await, 4429);
    let mut live = Live::open(&shop.url).await;
    live.say(init).await;
    for _ in 0..200 {
        live.try_ping().await;
    }
    assert_eq!(ending(&mut live).await, 4429);
}

#[tokio::test]
async fn large_messages_and_floods_end_the_socket() {
    run(Engine::Sqlite, &[], floods_are_cut_off).await;
}

#[tokio::test]
async fn sockets_that_break_the_protocol_are_closed_with_its_codes() {
    run(
        Engine::Sqlite,
        &[],
        sockets_that_break_the_protocol_are_closed,
    )
    .await;
}
