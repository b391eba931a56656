//! Orders, live, over real sockets.

mod crowds;
mod protocol;
mod rights;

use std::time::{Duration, Instant};

use serde_json::json;

use crate::kit::{Said, Shop, both_engines};

both_engines!(
    nobody_watches_somebody_elses_order,
    a_socket_closes_soon_after_its_session_ended,
    staff_may_watch_any_order,
);

async fn nobody_watches_somebody_elses_order(shop: Shop) {
    let mei = shop.mei().await;
    let purchase = mei.subscribe("pro").await;
    let lin = shop.newcomer("lin").await;
    let mut live = shop.live(&lin).await;

    // Somebody else's and one that does not exist are told the same
    live.watch(&purchase.order_id).await;
    let refused = live.refusal().await;
    assert_eq!(refused, "NOT_FOUND");
    live.watch("ord_01jd0000000000000000000000").await;
    assert_eq!(live.refusal().await, refused);

    // and without a token there is nothing to watch
    let mut guest = crate::kit::live::Live::open(&shop.url).await;
    guest.say(json!({ "type": "connection_init" })).await;
    guest.must_be_let_in().await;
    guest.watch(&purchase.order_id).await;
    assert_eq!(guest.refusal().await, "UNAUTHENTICATED");
}

async fn a_socket_closes_soon_after_its_session_ended(shop: Shop) {
    let mei = shop.mei().await;
    let purchase = mei.subscribe("pro").await;
    let mut live = shop.live(&mei).await;
    live.watch(&purchase.order_id).await;
    assert_eq!(live.change().await.status, "PENDING");

    // When the session ends, from another device
    let other_device = shop.mei().await;
    other_device
        .ask("mutation { logOutEverywhere { endedSessions } }", json!({}))
        .await;
    let ended = Instant::now();

    // Then the socket is closed, with nothing told in between
    assert_eq!(live.next().await, Said::Closed(4403));
    assert!(
        ended.elapsed() < Duration::from_secs(7),
        "{:?}",
        ended.elapsed()
    );
}

async fn staff_may_watch_any_order(shop: Shop) {
    let mei = shop.mei().await;
    let purchase = mei.subscribe("pro").await;
    let staff = shop.demo("staff").await;
    let mut live = shop.live(&staff).await;
    live.watch(&purchase.order_id).await;
    assert_eq!(live.change().await.status, "PENDING");
    mei.begin_payment(&purchase, "CREDIT_CARD").await;
    assert_eq!(live.change().await.status, "PROCESSING");
}
