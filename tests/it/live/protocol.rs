//! The words of `graphql-transport-ws`, and how sockets end that do not keep to them.

use serde_json::{Value, json};

use crate::kit::{Engine, Said, Shop, live::Live, run};

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

#[tokio::test]
async fn sockets_that_break_the_protocol_are_closed_with_its_codes() {
    run(
        Engine::Sqlite,
        &[],
        sockets_that_break_the_protocol_are_closed,
    )
    .await;
}
