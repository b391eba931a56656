//! The same wish, sent again: by a nervous finger, a broken network, or a program that retries.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use serde_json::json;

use crate::kit::{Shop, both_engines, customer::new_key};

both_engines!(
    the_same_key_orders_once,
    a_key_is_good_for_one_wish,
    cancelling_and_paying_at_once_ends_in_one_of_the_two,
);

async fn the_same_key_orders_once(shop: Shop) {
    let mei = shop.mei().await;
    let input = json!({ "planId": mei.plan("pro").await, "idempotencyKey": new_key() });
    let bought = "subscription { id } order { id }";
    let wishes = (0..30).map(|_| mei.attempt("createSubscription", bought, input.clone()));
    let mut orders = BTreeSet::new();
    for payload in join_all(wishes).await {
        match payload["order"]["id"].as_str() {
            Some(id) => drop(orders.insert(id.to_owned())),
            None => assert_eq!(payload["errors"][0]["code"], "IDEMPOTENCY_KEY_IN_USE"),
        }
    }
    assert_eq!(orders.len(), 1);
    assert_eq!(shop.database.count("orders").await, 1);
    assert_eq!(shop.database.count("subscriptions").await, 1);
    // and after all that, the answer is still the same
    let payload = mei.mutate("createSubscription", bought, input).await;
    assert!(orders.contains(payload["order"]["id"].as_str().unwrap()));
}

async fn a_key_is_good_for_one_wish(shop: Shop) {
    let mei = shop.mei().await;
    let key = new_key();
    let wish = async |slug: &str| json!({ "planId": mei.plan(slug).await, "idempotencyKey": key });
    mei.mutate("createSubscription", "order { id }", wish("pro").await)
        .await;
    let other = wish("starter").await;
    let payload = mei
        .attempt("createSubscription", "order { id }", other)
        .await;
    assert_eq!(payload["errors"][0]["code"], "IDEMPOTENCY_KEY_REUSED");

    // Without a key nothing is bought
    let keyless = json!({ "planId": mei.plan("team").await });
    let payload = mei
        .attempt("createSubscription", "order { id }", keyless)
        .await;
    assert_eq!(payload["errors"][0]["code"], "IDEMPOTENCY_KEY_REQUIRED");
    assert_eq!(shop.database.count("orders").await, 1);

    // Somebody else's same key is another key
    let lin = shop.newcomer("lin").await;
    let input = wish("starter").await;
    lin.mutate("createSubscription", "order { id }", input)
        .await;
}

async fn cancelling_and_paying_at_once_ends_in_one_of_the_two(shop: Shop) {
    let mei = shop.mei().await;
    for slug in ["pro", "starter", "team", "weekly-pass"] {
        let purchase = mei.subscribe(slug).await;
        let attempt = mei.begin_payment(&purchase, "CREDIT_CARD").await;
        let amount = shop.database.payment(attempt.payment()).await.amount_minor;
        let notice = crate::callbacks::notice::paid(&attempt.trade_no, amount);
        let input = json!({ "orderId": purchase.order_id, "idempotencyKey": new_key() });
        let (cancelled, paid) = tokio::join!(
            mei.attempt("cancelOrder", "order { status }", input),
            shop.post("/ecpay/notify", crate::callbacks::notice::body(&notice)),
        );
        assert_eq!(paid, (200, "1|OK".to_owned()));
        let order = mei.order(&purchase).await;
        let ending = [&order["status"], &order["payments"][0]["status"]];
        match cancelled["errors"][0]["code"].as_str() {
            None => assert_eq!(ending, ["CANCELLED", "PAID_LATE"], "{slug}"),
            Some(code) => {
                assert_eq!(code, "INVALID_STATE");
                assert_eq!(ending, ["COMPLETED", "PAID"], "{slug}");
            }
        }
    }
}
