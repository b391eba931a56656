//! Sockets end with the rights they were opened with.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::{
    accounts::forged_tokens::Token,
    kit::{Said, Shop, both_engines, live::Live},
};

both_engines!(
    a_socket_ends_when_its_token_does,
    a_lower_role_ends_the_sockets_of_the_higher,
);

/// The five seconds between two looks, and what a busy machine needs.
const AT_MOST: Duration = Duration::from_secs(8);

async fn a_socket_ends_when_its_token_does(shop: Shop) {
    let mei = shop.mei().await;
    let purchase = mei.subscribe("pro").await;
    let fresh = shop.mei().await;
    let token = Token::of(&fresh, &shop);
    let short = token.with_claim("exp", Some(json!(token.issued_at() + 4)));
    let begun = Instant::now();
    let mut live = Live::connect(&shop.url, &short).await;
    live.watch(&purchase.order_id).await;
    assert_eq!(live.change().await.status, "PENDING");
    assert_eq!(live.next().await, Said::Closed(4403));
    let lasted = begun.elapsed();
    assert!(lasted < Duration::from_secs(4) + AT_MOST, "{lasted:?}");
}

async fn a_lower_role_ends_the_sockets_of_the_higher(shop: Shop) {
    // Given staff who watch a customer's order
    let mei = shop.mei().await;
    let purchase = mei.subscribe("pro").await;
    let staff = shop.demo("staff").await;
    let id = staff.ask("{ me { id } }", json!({})).await["me"]["id"].clone();
    let mut live = shop.live(&staff).await;
    live.watch(&purchase.order_id).await;
    assert_eq!(live.change().await.status, "PENDING");

    // When they are staff no longer, and the order moves at once
    let admin = shop.demo("admin").await;
    let input = json!({ "userId": id, "role": "CUSTOMER" });
    admin.mutate("updateUser", "user { role }", input).await;
    let lowered = Instant::now();
    mei.begin_payment(&purchase, "CREDIT_CARD").await;

    // Then they are not told
    assert_eq!(live.next().await, Said::Closed(4403));
    assert!(lowered.elapsed() < AT_MOST, "{:?}", lowered.elapsed());
}
