//! How many sockets and subscriptions there may be, and how they all go.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::kit::{Engine, Said, Shop, live::Live, run, wait::eventually};

const OURS: [(&str, &str); 1] = [("sec-websocket-protocol", "graphql-transport-ws")];

async fn there_is_an_end_to_everything(shop: Shop) {
    // Twenty subscriptions on a socket, and it lives on without the next one
    let mei = shop.mei().await;
    let purchase = mei.subscribe("pro").await;
    let mut live = shop.live(&mei).await;
    for number in 0..20 {
        live.watch_as(&number.to_string(), &purchase.order_id).await;
        assert_eq!(live.change().await.status, "PENDING");
    }
    live.watch_as("one too many", &purchase.order_id).await;
    assert_eq!(live.next().await, Said::Error("RATE_LIMITED".to_owned()));
    live.say(json!({ "type": "complete", "id": "7" })).await;
    live.watch_as("7 again", &purchase.order_id).await;
    assert_eq!(live.change().await.status, "PENDING");

    // Ten sockets of a person, and the others live on
    let mut hers = vec![live];
    for _ in 1..10 {
        hers.push(shop.live(&mei).await);
    }
    let mut next = Live::open(&shop.url).await;
    let authorization = format!("Bearer {}", mei.token());
    next.say(json!({ "type": "connection_init", "payload": { "Authorization": authorization } }))
        .await;
    assert_eq!(next.next().await, Said::Closed(4429));
    drop(next);

    // Fifty of an address; one that goes makes room
    let mut all = hers;
    eventually("an address is full", async || {
        match Live::dial(&shop.url, &OURS).await {
            Ok(live) => all.push(live),
            Err(status) => assert_eq!(status, 429),
        }
        (all.len() == 50).then_some(())
    })
    .await;
    assert_eq!(Live::dial(&shop.url, &OURS).await.err(), Some(429));
    drop(all.pop());
    eventually("there is room again", async || {
        Live::dial(&shop.url, &OURS).await.ok()
    })
    .await;
}

#[tokio::test]
async fn twenty_subscriptions_ten_sockets_of_a_person_fifty_of_an_address() {
    // Nobody speaks on most of them for a while
    run(Engine::Sqlite, &[], there_is_an_end_to_everything).await;
}

async fn all_are_told_to_come_again(mut shop: Shop) {
    let mei = shop.mei().await;
    let mut sockets = Vec::new();
    for _ in 0..10 {
        sockets.push(shop.live(&mei).await);
    }
    for _ in 0..30 {
        let mut live = Live::open(&shop.url).await;
        live.say(json!({ "type": "connection_init" })).await;
        live.must_be_let_in().await;
        sockets.push(live);
    }
    let asked = Instant::now();
    shop.server().ask_to_go();
    eventually("no new sockets", async || {
        (Live::dial(&shop.url, &OURS).await.err() == Some(503)).then_some(())
    })
    .await;
    for live in &mut sockets {
        assert_eq!(live.next().await, Said::Closed(1012));
    }
    drop(sockets);
    let ended = eventually("the server goes", async || shop.server().ended()).await;
    assert!(ended.success(), "{ended}");
    assert!(asked.elapsed() < Duration::from_secs(30));
    shop.start().await;
    mei.ask("{ me { id } }", json!({})).await;
}

#[tokio::test]
async fn a_server_that_goes_sends_its_sockets_elsewhere_and_ends_well() {
    let drain = [("FABRICA_DRAIN_SECONDS", "2")];
    run(Engine::Sqlite, &drain, all_are_told_to_come_again).await;
}
