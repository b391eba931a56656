//! Changing the plan of a running subscription.

use serde_json::{Value, json};

use crate::kit::{
    Browser, Shop, both_engines,
    browser::GOOD_CARD,
    client::Client,
    customer::{Purchase, new_key},
};

both_engines!(
    an_upgrade_is_shown_paid_and_charged_as_it_was_shown,
    a_preview_of_a_price_that_changed_charges_nothing,
);

const PREVIEW: &str = "query($input: PreviewPlanChangeInput!) { previewPlanChange(input: $input) {
    lines { kind amount { amount } } due { amount } tax { amount } previewToken
} }";

/// Somebody who has paid the first month of the small plan a moment ago.
async fn on_starter(mei: &Client) -> Purchase {
    let purchase = mei.subscribe("starter").await;
    pay(mei, &purchase).await;
    purchase
}

async fn pay(mei: &Client, purchase: &Purchase) {
    let attempt = mei.begin_payment(purchase, "CREDIT_CARD").await;
    let browser = Browser::new();
    browser.pay_by_card(&attempt.redirect_url, GOOD_CARD).await;
    mei.order_becomes(purchase, "COMPLETED").await;
}

async fn preview(mei: &Client, purchase: &Purchase, plan: &str) -> Value {
    let input =
        json!({ "subscriptionId": purchase.subscription_id, "planId": plan, "mode": "NOW" });
    let answer = mei.ask(PREVIEW, json!({ "input": input })).await;
    answer["previewPlanChange"].clone()
}

fn change(purchase: &Purchase, plan: &str, seen: &Value) -> Value {
    json!({
        "subscriptionId": purchase.subscription_id,
        "planId": plan,
        "mode": "NOW",
        "previewToken": seen["previewToken"],
        "idempotencyKey": new_key(),
    })
}

async fn plan_of(mei: &Client, purchase: &Purchase) -> String {
    let query = "query($id: ID!) { subscription(id: $id) { plan { slug } } }";
    let id = json!({ "id": purchase.subscription_id });
    let answer = mei.ask(query, id).await;
    answer["subscription"]["plan"]["slug"]
        .as_str()
        .unwrap()
        .to_owned()
}

async fn an_upgrade_is_shown_paid_and_charged_as_it_was_shown(shop: Shop) {
    // Given a look at what the large plan would cost
    let mei = shop.mei().await;
    let purchase = on_starter(&mei).await;
    let pro = mei.plan("pro").await;
    let seen = preview(&mei, &purchase, &pro).await;

    // When it is ordered
    let made = "subscription { plan { slug } } order { id number status total { amount } lines { kind amount { amount } } }";
    let payload = mei
        .mutate("changePlan", made, change(&purchase, &pro, &seen))
        .await;

    // Then the order is what was shown, and the plan changes when it is paid
    let order = &payload["order"];
    assert_eq!(order["total"], seen["due"]);
    assert_eq!(order["lines"], seen["lines"]);
    assert_eq!(plan_of(&mei, &purchase).await, "starter");
    let upgrade = Purchase {
        order_id: order["id"].as_str().unwrap().to_owned(),
        number: order["number"].as_str().unwrap().to_owned(),
        subscription_id: purchase.subscription_id.clone(),
    };
    pay(&mei, &upgrade).await;
    assert_eq!(plan_of(&mei, &purchase).await, "pro");
    let query =
        "query($id: ID!) { order(id: $id) { invoice { total { amount } tax { amount } pdfUrl } } }";
    let answer = mei.ask(query, json!({ "id": upgrade.order_id })).await;
    let invoice = &answer["order"]["invoice"];
    assert_eq!(
        (&invoice["total"], &invoice["tax"]),
        (&seen["due"], &seen["tax"])
    );
    let pdf = shop.http.get(invoice["pdfUrl"].as_str().unwrap());
    assert_eq!(pdf.send().await.unwrap().status().as_u16(), 200);
}

async fn a_preview_of_a_price_that_changed_charges_nothing(shop: Shop) {
    // Given a look, and then another price
    let mei = shop.mei().await;
    let purchase = on_starter(&mei).await;
    let pro = mei.plan("pro").await;
    let seen = preview(&mei, &purchase, &pro).await;
    let dearer = json!({ "planId": pro, "price": { "amount": "1899", "currency": "TWD" } });
    shop.demo("staff")
        .await
        .mutate("updatePlan", "plan { id }", dearer)
        .await;

    // When it is ordered as it was shown
    let input = change(&purchase, &pro, &seen);
    let answer = mei.attempt("changePlan", "order { id }", input).await;

    // Then nothing is done, and it says why
    assert_eq!(answer["order"], json!(null));
    assert_eq!(answer["errors"][0]["code"], "PREVIEW_DRIFTED");
    let message = answer["errors"][0]["message"].as_str().unwrap();
    assert!(message.contains("terms"), "{message}");
    assert_eq!(plan_of(&mei, &purchase).await, "starter");
}
