//! What no gateway gives back, people do.

use serde_json::json;

use super::scene::*;
use crate::kit::{Browser, Shop, both_engines, customer::new_key};

both_engines!(
    a_bank_transfer_is_given_back_by_hand,
    customers_see_their_refunds_and_make_none,
);

async fn a_bank_transfer_is_given_back_by_hand(shop: Shop) {
    // Given a subscription paid by transfer
    let mei = shop.mei().await;
    let purchase = mei.subscribe("starter").await;
    let attempt = mei.begin_payment(&purchase, "ATM").await;
    let browser = Browser::new();
    let at_gateway = browser.go_to_gateway(&attempt.redirect_url).await;
    browser.submit(&at_gateway, &at_gateway.form()).await;
    mei.order_becomes(&purchase, "COMPLETED").await;

    // When staff ask for the money back
    let staff = shop.demo("staff").await;
    assert_eq!(
        preview(&staff, &attempt, None).await,
        (json!(null), json!([]))
    );
    let open = refund(&staff, &attempt, None).await;

    // Then it waits for a person
    assert_eq!(
        (&open["kind"], &open["status"]),
        (&json!("MANUAL"), &json!("AWAITING_STAFF"))
    );
    assert_eq!(payment(&mei, &attempt).await, (json!("PAID"), json!("0")));
    let query = "{ refunds(filter: { statuses: [AWAITING_STAFF] }) { totalCount nodes { id } } }";
    let list = staff.ask(query, json!({})).await["refunds"].clone();
    assert_eq!(
        list,
        json!({ "totalCount": 1, "nodes": [{ "id": open["id"] }] })
    );

    // and when the person has done it, everything knows
    let input = json!({
        "refundId": open["id"], "reference": "20261121-0042", "note": "to the account on file",
        "idempotencyKey": new_key(),
    });
    let payload = staff
        .mutate("completeManualRefund", REFUND, input.clone())
        .await;
    assert_eq!(payload["refund"]["status"], "SUCCEEDED");
    assert_eq!(payload["refund"]["reference"], "20261121-0042");
    assert_eq!(
        staff.mutate("completeManualRefund", REFUND, input).await,
        payload
    );
    assert_eq!(
        payment(&mei, &attempt).await,
        (json!("REFUNDED"), json!("299"))
    );
    assert_eq!(mei.order(&purchase).await["status"], "REFUNDED");
}

async fn customers_see_their_refunds_and_make_none(shop: Shop) {
    let (mei, _, attempt) = paid_by_card(&shop).await;
    let staff = shop.demo("staff").await;
    let mut input = back(&attempt, Some("100"));
    let document =
        "mutation($input: RefundPaymentInput!) { refundPayment(input: $input) { refund { id } } }";
    let refused = mei.send(document, json!({ "input": input })).await;
    assert_eq!(refused.code(), "FORBIDDEN");

    input["isManual"] = json!(true);
    let open = staff.mutate("refundPayment", REFUND, input).await["refund"].clone();
    let query = "query($id: ID!) { refund(id: $id) { status amount { amount } } }";
    let id = json!({ "id": open["id"] });
    let seen = mei.ask(query, id.clone()).await["refund"].clone();
    assert_eq!(
        seen,
        json!({ "status": "AWAITING_STAFF", "amount": { "amount": "100" } })
    );
    let inside = "query($id: ID!) { refund(id: $id) { status answerCode } }";
    let answer = mei.send(inside, id.clone()).await;
    assert_eq!(answer.code(), "FORBIDDEN");
    let lin = shop.newcomer("lin").await;
    assert_eq!(lin.send(query, id).await.code(), "NOT_FOUND");

    // Called off, it is as if it had never been
    let off = json!({ "refundId": open["id"], "idempotencyKey": new_key() });
    let payload = staff.mutate("cancelRefund", REFUND, off).await;
    assert_eq!(payload["refund"]["status"], "CANCELLED");
    assert_eq!(payment(&mei, &attempt).await, (json!("PAID"), json!("0")));
}
