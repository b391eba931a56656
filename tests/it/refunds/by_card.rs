//! Cards go back through the gateway, by the steps that their state calls for.

use serde_json::{Value, json};

use super::scene::*;
use crate::kit::{Shop, both_engines};

both_engines!(
    what_is_only_authorized_is_given_up,
    what_is_about_to_be_captured_is_taken_out_and_given_up,
    what_was_captured_goes_back_in_parts,
    an_answer_that_was_lost_is_asked_for,
    a_refusal_changes_nothing,
);

fn done(actions: &[&str]) -> Value {
    let steps = actions.iter();
    steps
        .map(|action| json!({ "action": action, "isDone": true }))
        .collect()
}

async fn what_is_only_authorized_is_given_up(shop: Shop) {
    if the_gateway_captures() {
        return;
    }
    // Given a subscription that was paid by card a moment ago
    let (mei, purchase, attempt) = paid_by_card(&shop).await;
    let staff = shop.demo("staff").await;
    let expected = (json!("AUTHORIZED"), json!(["ABANDON"]));
    assert_eq!(preview(&staff, &attempt, None).await, expected);

    // When staff give the money back, and end the subscription with it
    let mut input = back(&attempt, None);
    input["endSubscription"] = json!(true);
    let payload = staff.mutate("refundPayment", REFUND, input.clone()).await;

    // Then the authorisation is given up, and the card was never charged
    let refund = &payload["refund"];
    assert_eq!(refund["status"], "SUCCEEDED");
    assert_eq!(refund["steps"], done(&["ABANDON"]));
    assert_eq!(
        at_gateway(&shop, &attempt),
        ("abandoned".to_owned(), vec![])
    );

    // and everything that hung on the money knows
    assert_eq!(
        payment(&mei, &attempt).await,
        (json!("REFUNDED"), json!("299"))
    );
    let order = mei.order(&purchase).await;
    assert_eq!(order["status"], "REFUNDED");
    assert_eq!(order["lines"][0]["subscription"]["status"], "CANCELLED");
    assert_eq!(refund["creditNote"]["total"]["amount"], "299");

    // and the same key does it once
    let again = staff.mutate("refundPayment", REFUND, input).await;
    assert_eq!(again, payload);
    let more = staff
        .attempt("refundPayment", REFUND, back(&attempt, Some("1")))
        .await;
    assert_eq!(more["errors"][0]["code"], "REFUND_EXCEEDS_CAPTURE");
}

async fn what_is_about_to_be_captured_is_taken_out_and_given_up(shop: Shop) {
    if the_gateway_captures() {
        return;
    }
    let (mei, _, attempt) = paid_by_card(&shop).await;
    let staff = shop.demo("staff").await;
    card_is(&shop, &attempt, "to_be_captured").await;
    let expected = (
        json!("TO_BE_CAPTURED"),
        json!(["CANCEL_CAPTURE", "ABANDON"]),
    );
    assert_eq!(preview(&staff, &attempt, None).await, expected);
    let refund = refund(&staff, &attempt, None).await;
    assert_eq!(refund["status"], "SUCCEEDED");
    assert_eq!(refund["steps"], done(&["CANCEL_CAPTURE", "ABANDON"]));
    assert_eq!(refund["attempts"], 2);
    assert_eq!(
        at_gateway(&shop, &attempt),
        ("abandoned".to_owned(), vec![])
    );
    assert_eq!(
        payment(&mei, &attempt).await,
        (json!("REFUNDED"), json!("299"))
    );
}

async fn what_was_captured_goes_back_in_parts(shop: Shop) {
    if the_gateway_captures() {
        return;
    }
    let (mei, purchase, attempt) = paid_by_card(&shop).await;
    let staff = shop.demo("staff").await;
    card_is(&shop, &attempt, "captured").await;

    // A part
    let part = refund(&staff, &attempt, Some("100")).await;
    assert_eq!(part["status"], "SUCCEEDED");
    assert_eq!(part["steps"], done(&["REFUND"]));
    assert_eq!(payment(&mei, &attempt).await, (json!("PAID"), json!("100")));
    assert_eq!(mei.order(&purchase).await["status"], "COMPLETED");

    // More than is left
    let more = staff
        .attempt("refundPayment", REFUND, back(&attempt, Some("200")))
        .await;
    assert_eq!(more["errors"][0]["code"], "REFUND_EXCEEDS_CAPTURE");

    // The rest
    let rest = refund(&staff, &attempt, None).await;
    assert_eq!(rest["amount"]["amount"], "199");
    assert_eq!(
        payment(&mei, &attempt).await,
        (json!("REFUNDED"), json!("299"))
    );
    assert_eq!(mei.order(&purchase).await["status"], "REFUNDED");
    assert_eq!(
        at_gateway(&shop, &attempt),
        ("captured".to_owned(), vec![299, -100, -199])
    );

    // The credit notes come to the invoice, tax and all
    let query = "{ me { invoices(first: 1) { nodes { tax { amount } creditedAmount { amount }
        creditNotes { number total { amount } tax { amount } refund { id } } } } } }";
    let invoice = mei.ask(query, json!({})).await["me"]["invoices"]["nodes"][0].clone();
    assert_eq!(invoice["creditedAmount"]["amount"], "299");
    let tax = |value: &Value| -> i64 { value["tax"]["amount"].as_str().unwrap().parse().unwrap() };
    let notes = invoice["creditNotes"].as_array().unwrap();
    assert_eq!(notes.iter().map(tax).sum::<i64>(), tax(&invoice));
    let ids: Vec<&Value> = notes.iter().map(|note| &note["refund"]["id"]).collect();
    assert_eq!(ids, [&part["id"], &rest["id"]]);
}

async fn an_answer_that_was_lost_is_asked_for(shop: Shop) {
    if the_gateway_captures() {
        return;
    }
    // Given a gateway that does what it is told, and whose answer is lost
    let (mei, _, attempt) = paid_by_card(&shop).await;
    let staff = shop.demo("staff").await;
    card_is(&shop, &attempt, "captured").await;
    shop.plan_faults(json!({ "card_actions": ["lose_answer"] }))
        .await;

    // When staff give money back
    let unknown = refund(&staff, &attempt, Some("100")).await;

    // Then nobody knows, and the money stays set aside
    assert_eq!(unknown["status"], "UNKNOWN");
    assert_eq!(payment(&mei, &attempt).await, (json!("PAID"), json!("0")));

    // and once the gateway is asked, it is known, and nothing was sent twice
    shop.database
        .run("UPDATE refunds SET next_check_at = created_at WHERE status = 'UNKNOWN'")
        .await;
    let known = refund_becomes(&staff, &unknown, "SUCCEEDED").await;
    assert_eq!(known["attempts"], 1);
    assert_eq!(payment(&mei, &attempt).await, (json!("PAID"), json!("100")));
    assert_eq!(
        at_gateway(&shop, &attempt),
        ("captured".to_owned(), vec![299, -100])
    );
}

async fn a_refusal_changes_nothing(shop: Shop) {
    if the_gateway_captures() {
        return;
    }
    let (mei, purchase, attempt) = paid_by_card(&shop).await;
    let staff = shop.demo("staff").await;
    shop.plan_faults(json!({ "card_actions": ["refuse"] }))
        .await;
    let refused = refund(&staff, &attempt, None).await;
    assert_eq!(refused["status"], "FAILED");
    assert_eq!(refused["answerCode"], "0");
    assert_eq!(refused["creditNote"], json!(null));
    assert_eq!(payment(&mei, &attempt).await, (json!("PAID"), json!("0")));
    assert_eq!(mei.order(&purchase).await["status"], "COMPLETED");
    assert_eq!(
        at_gateway(&shop, &attempt),
        ("authorized".to_owned(), vec![])
    );
}
