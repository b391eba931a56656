//! Paying by a card that the gateway charges again for every period.

use serde_json::{Value, json};

use crate::kit::{
    Browser, Shop, both_engines,
    browser::GOOD_CARD,
    client::Client,
    customer::{Attempt, Purchase},
    wait::eventually,
};

both_engines!(a_card_is_charged_again_until_the_subscription_is_cancelled);

/// Has the gateway charge now what is due next.
async fn charge(shop: &Shop, attempt: &Attempt, declined: bool) {
    let order = json!({ "charge": { "trade": attempt.trade_no, "declined": declined } });
    shop.plan_faults(order).await;
}

async fn subscription(client: &Client, purchase: &Purchase) -> Value {
    let query = "query ($id: ID!) { subscription(id: $id) { status autoRenew currentPeriodEnd \
                 cardContract { status charges failures nextChargeAt } } }";
    let answer = client
        .ask(query, json!({ "id": purchase.subscription_id }))
        .await;
    answer["subscription"].clone()
}

/// Waits until the contract stands so: its state, its charges, its failures in a row.
async fn contract_is(
    client: &Client,
    purchase: &Purchase,
    status: &str,
    charges: i64,
    failures: i64,
) {
    let what = format!("the contract is {status} with {charges} charges");
    eventually(&what, async || {
        let contract = subscription(client, purchase).await["cardContract"].clone();
        let found = contract["status"] == status
            && contract["charges"] == charges
            && contract["failures"] == failures;
        found.then_some(())
    })
    .await;
}

async fn invoices(client: &Client) -> usize {
    let query = "{ me { invoices(first: 20) { nodes { number } } } }";
    let answer = client.ask(query, json!({})).await;
    answer["me"]["invoices"]["nodes"].as_array().unwrap().len()
}

async fn a_card_is_charged_again_until_the_subscription_is_cancelled(shop: Shop) {
    // Given somebody who lets their card be charged for every period
    let lin = shop.newcomer("lin").await;
    let purchase = lin.subscribe("pro").await;
    let attempt = lin.begin_payment(&purchase, "CREDIT_CARD_PERIODIC").await;
    Browser::new()
        .pay_by_card(&attempt.redirect_url, GOOD_CARD)
        .await;
    lin.order_becomes(&purchase, "COMPLETED").await;
    contract_is(&lin, &purchase, "ACTIVE", 1, 0).await;
    assert_eq!(subscription(&lin, &purchase).await["status"], "ACTIVE");

    // When the bank refuses the next charge, then nothing is sold
    charge(&shop, &attempt, true).await;
    contract_is(&lin, &purchase, "ACTIVE", 1, 1).await;
    assert_eq!(invoices(&lin).await, 1);

    // When the one after it succeeds, and is told of three times at once
    shop.plan_faults(json!({ "notifications": 1, "double": 3 }))
        .await;
    charge(&shop, &attempt, false).await;

    // Then it pays the next period, once
    contract_is(&lin, &purchase, "ACTIVE", 2, 0).await;
    assert_eq!(invoices(&lin).await, 2);

    // When the subscription is cancelled
    let staff = shop.demo("staff").await;
    let cancel = "mutation ($id: ID!) { updateSubscriptionStatus(input: \
                  {subscriptionId: $id, status: CANCELLED}) { errors { code } } }";
    let answer = staff
        .ask(cancel, json!({ "id": purchase.subscription_id }))
        .await;
    assert_eq!(answer["updateSubscriptionStatus"]["errors"], json!([]));

    // Then the gateway ends the contract, and charges no more
    contract_is(&lin, &purchase, "CANCELLED", 2, 0).await;
    let page = Browser::new()
        .open(&format!("{}/simulator", shop.url))
        .await;
    page.must_say("stopped");
    let order = json!({ "charge": { "trade": attempt.trade_no } });
    let request = shop.http.post(format!("{}/simulator/control", shop.url));
    let refused = request.json(&order).send().await.unwrap();
    assert_eq!(refused.status().as_u16(), 404);
    assert_eq!(invoices(&lin).await, 2);
}
