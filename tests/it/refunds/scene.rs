//! The words that the scenarios share.

use domain::{
    base::clock::{Clock, SystemClock},
    refunds::plan::is_quiet,
};
use serde_json::{Value, json};

use crate::kit::{
    Browser, Shop,
    browser::GOOD_CARD,
    client::Client,
    customer::{Attempt, Purchase, new_key},
    wait::eventually,
};

/// What is asked of a refund.
pub const REFUND: &str = "refund { id status kind amount { amount } attempts answerCode reference
    steps { action isDone } creditNote { number total { amount } tax { amount } } }";

/// Whether the gateway is being left alone just now, so that nothing could be seen. It is a quarter of an hour a day.
pub fn the_gateway_captures() -> bool {
    let captures = is_quiet(SystemClock.now());
    if captures {
        eprintln!("not run: the gateway captures between 20:15 and 20:30 in Taipei");
    }
    captures
}

/// Mei pays for a subscription by card.
pub async fn paid_by_card(shop: &Shop) -> (Client, Purchase, Attempt) {
    let mei = shop.mei().await;
    let purchase = mei.subscribe("starter").await;
    let attempt = mei.begin_payment(&purchase, "CREDIT_CARD").await;
    Browser::new()
        .pay_by_card(&attempt.redirect_url, GOOD_CARD)
        .await;
    mei.order_becomes(&purchase, "COMPLETED").await;
    (mei, purchase, attempt)
}

/// The card payment is so far at the gateway.
pub async fn card_is(shop: &Shop, attempt: &Attempt, state: &str) {
    let states = json!({ attempt.trade_no.as_str(): state });
    shop.plan_faults(json!({ "card_states": states })).await;
}

/// The input of `refundPayment`; the whole rest without an amount.
pub fn back(attempt: &Attempt, amount: Option<&str>) -> Value {
    let amount = amount.map(|amount| json!({ "amount": amount, "currency": "TWD" }));
    json!({
        "paymentId": attempt.payment_id, "amount": amount, "reason": "the lid was loose",
        "idempotencyKey": new_key(),
    })
}

/// Staff give money back.
pub async fn refund(staff: &Client, attempt: &Attempt, amount: Option<&str>) -> Value {
    let payload = staff
        .mutate("refundPayment", REFUND, back(attempt, amount))
        .await;
    payload["refund"].clone()
}

/// What a refund would do, as its preview says: the state of the card, and the steps.
pub async fn preview(staff: &Client, attempt: &Attempt, amount: Option<&str>) -> (Value, Value) {
    let mut input = back(attempt, amount);
    for field in ["reason", "idempotencyKey"] {
        input.as_object_mut().unwrap().remove(field);
    }
    let query = "query($input: RefundPreviewInput!) { refundPreview(input: $input) {
        preview { cardState steps amount { amount } leftAfter { amount } } errors { code } } }";
    let answer = staff.ask(query, json!({ "input": input })).await;
    let preview = &answer["refundPreview"]["preview"];
    (preview["cardState"].clone(), preview["steps"].clone())
}

/// Waits until the refund has this status.
pub async fn refund_becomes(staff: &Client, refund: &Value, status: &str) -> Value {
    let what = format!("the refund becomes {status}");
    let query = format!(
        "query($id: ID!) {{ {} }}",
        REFUND.replacen("refund", "refund(id: $id)", 1)
    );
    eventually(&what, async || {
        let answer = staff.ask(&query, json!({ "id": refund["id"] })).await;
        (answer["refund"]["status"] == status).then(|| answer["refund"].clone())
    })
    .await
}

/// How the payment stands: its status, and what went back of it.
pub async fn payment(who: &Client, attempt: &Attempt) -> (Value, Value) {
    let query = "query($id: ID!) { payment(id: $id) { status refundedAmount { amount }
        refundableAmount { amount } refunds { status } } }";
    let answer = who.ask(query, json!({ "id": attempt.payment_id })).await;
    let payment = &answer["payment"];
    (
        payment["status"].clone(),
        payment["refundedAmount"]["amount"].clone(),
    )
}

/// What the gateway took and gave back, in order, and how far the payment is there.
pub fn at_gateway(shop: &Shop, attempt: &Attempt) -> (String, Vec<i64>) {
    let file: Value = serde_json::from_str(&shop.file("simulator.json")).unwrap();
    let card = &file["trades"][&attempt.trade_no]["card"];
    let amounts = card["closings"].as_array().unwrap().iter();
    let amounts = amounts
        .filter(|closing| closing["status"] != "called_off")
        .map(|closing| closing["amount"].as_i64().unwrap());
    (
        card["state"].as_str().unwrap().to_owned(),
        amounts.collect(),
    )
}
