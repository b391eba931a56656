//! The life of a subscription as its owner, others and staff meet it, and the clockwork behind it.

use chrono::Duration;
use entity::{
    id::SubscriptionId, invoices::invoice, orders::order_line, subscriptions::subscription,
};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait};
use serde_json::{Value, json};

use crate::kit::{Browser, Shop, both_engines, browser::GOOD_CARD, client::Client};
use crate::kit::{customer::new_key, wait::eventually};

both_engines!(
    a_customer_stops_pauses_and_resumes_what_is_theirs,
    a_run_that_staff_ask_for_orders_the_next_period,
);

const SHOWN: &str =
    "subscription { id status autoRenew cancelAtPeriodEnd hasAccess pausedAt resumeAt }";

/// Mei's subscription, paid by card.
async fn subscribed(shop: &Shop, mei: &Client) -> String {
    let purchase = mei.subscribe("pro").await;
    let attempt = mei.begin_payment(&purchase, "CREDIT_CARD").await;
    let browser = Browser::new();
    browser.pay_by_card(&attempt.redirect_url, GOOD_CARD).await;
    mei.order_becomes(&purchase, "COMPLETED").await;
    assert_eq!(shop.database.count("subscriptions").await, 1);
    purchase.subscription_id
}

async fn show(client: &Client, id: &str) -> Value {
    let query = "query($id: ID!) { subscription(id: $id) { status hasAccess periods { totalCount }
        nextRenewal { periodStart amount { amount } order { id status total { amount } } } } }";
    client.ask(query, json!({ "id": id })).await["subscription"].clone()
}

async fn a_customer_stops_pauses_and_resumes_what_is_theirs(shop: Shop) {
    let mei = shop.mei().await;
    let id = subscribed(&shop, &mei).await;
    let running = show(&mei, &id).await;
    assert_eq!(running["status"], "ACTIVE");
    assert_eq!(running["hasAccess"], true);
    assert_eq!(running["periods"]["totalCount"], 1);
    assert_eq!(running["nextRenewal"]["order"], json!(null));

    // Somebody else's cannot be told from nothing
    let lin = shop.newcomer("lin").await;
    for (field, kind, more) in [
        (
            "setAutoRenew",
            "SetAutoRenewInput!",
            json!({ "autoRenew": false, "idempotencyKey": "a" }),
        ),
        (
            "cancelSubscription",
            "CancelSubscriptionInput!",
            json!({ "at": "NOW", "idempotencyKey": "b" }),
        ),
        ("pauseSubscription", "PauseSubscriptionInput!", json!({})),
        ("resumeSubscription", "ResumeSubscriptionInput!", json!({})),
    ] {
        let mut input = more;
        input["subscriptionId"] = json!(id);
        let document = format!(
            "mutation($input: {kind}) {{ {field}(input: $input) {{ errors {{ code }} }} }}"
        );
        let answer = lin.send(&document, json!({ "input": input })).await;
        assert_eq!(answer.code(), "NOT_FOUND", "{field}: {}", answer.body);
    }

    // Off and on again; the same key does it once
    let key = new_key();
    let off = json!({ "subscriptionId": id, "autoRenew": false, "idempotencyKey": key });
    for _ in 0..2 {
        let payload = mei.mutate("setAutoRenew", SHOWN, off.clone()).await;
        assert_eq!(payload["subscription"]["autoRenew"], false);
    }
    assert_eq!(show(&mei, &id).await["nextRenewal"], json!(null));
    let other = json!({ "subscriptionId": id, "autoRenew": true, "idempotencyKey": key });
    let refused = mei.attempt("setAutoRenew", SHOWN, other).await;
    assert_eq!(refused["errors"][0]["code"], "IDEMPOTENCY_KEY_REUSED");
    let on = json!({ "subscriptionId": id, "autoRenew": true, "idempotencyKey": new_key() });
    mei.mutate("setAutoRenew", SHOWN, on).await;

    // Cancelled for the end of the period, and taken back
    let later = json!({ "subscriptionId": id, "at": "PERIOD_END", "idempotencyKey": new_key() });
    let payload = mei.mutate("cancelSubscription", SHOWN, later).await;
    assert_eq!(payload["subscription"]["cancelAtPeriodEnd"], true);
    assert_eq!(payload["subscription"]["status"], "ACTIVE");
    let back = json!({ "subscriptionId": id });
    let payload = mei.mutate("resumeSubscription", SHOWN, back.clone()).await;
    assert_eq!(payload["subscription"]["cancelAtPeriodEnd"], false);
    assert_eq!(payload["subscription"]["autoRenew"], true);

    // Paused and resumed
    let payload = mei.mutate("pauseSubscription", SHOWN, back.clone()).await;
    assert_eq!(payload["subscription"]["status"], "PAUSED");
    assert_eq!(payload["subscription"]["hasAccess"], false);
    let payload = mei.mutate("resumeSubscription", SHOWN, back).await;
    assert_eq!(payload["subscription"]["status"], "ACTIVE");

    // Cancelled at once, for good
    let now = json!({ "subscriptionId": id, "at": "NOW", "idempotencyKey": new_key() });
    let payload = mei.mutate("cancelSubscription", SHOWN, now).await;
    assert_eq!(payload["subscription"]["status"], "CANCELLED");
    assert_eq!(show(&mei, &id).await["hasAccess"], false);
}

async fn a_run_that_staff_ask_for_orders_the_next_period(shop: Shop) {
    let mei = shop.mei().await;
    let id = subscribed(&shop, &mei).await;
    let staff = shop.demo("staff").await;
    let jobs = "{ jobs { name purpose everySeconds nextSlotAt runs { slotAt startedAt finishedAt handled error isCutOff } } }";
    let told = staff.ask(jobs, json!({})).await;
    let names: Vec<&str> = told["jobs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|job| job["name"].as_str().unwrap())
        .collect();
    assert!(names.contains(&"renew_subscriptions"), "{names:?}");

    // Given a period that ends tomorrow, with its end for the anchor of those that follow, as after a pause
    let row: SubscriptionId = id.parse().unwrap();
    let found = subscription::Entity::find_by_id(row).one(shop.database.db());
    let found = found.await.unwrap().unwrap();
    let earlier = |at: Option<chrono::DateTime<chrono::Utc>>| {
        let days = found.current_period_end? - found.current_period_start? - Duration::days(1);
        at.map(|at| at - days)
    };
    subscription::ActiveModel {
        id: Set(row),
        anchor_at: Set(earlier(found.current_period_end)),
        period_count: Set(-1),
        current_period_start: Set(earlier(found.current_period_start)),
        current_period_end: Set(earlier(found.current_period_end)),
        paid_until_at: Set(earlier(found.paid_until_at)),
        due_at: Set(earlier(found.due_at)),
        ..Default::default()
    }
    .update(shop.database.db())
    .await
    .unwrap();
    // which is the period that was paid and billed.
    let (start, end) = (
        earlier(found.current_period_start),
        earlier(found.current_period_end),
    );
    let line = order_line::ActiveModel {
        period_start: Set(start),
        period_end: Set(end),
        ..Default::default()
    };
    let bill = invoice::ActiveModel {
        period_start: Set(start),
        period_end: Set(end),
        ..Default::default()
    };
    let (lines, bills) = (
        order_line::Entity::update_many().set(line),
        invoice::Entity::update_many().set(bill),
    );
    lines.exec(shop.database.db()).await.unwrap();
    bills.exec(shop.database.db()).await.unwrap();

    // When staff ask for a run, by the same key twice
    let input = json!({ "name": "renew_subscriptions", "idempotencyKey": new_key() });
    let asked = staff
        .mutate("runJob", "run { slotAt }", input.clone())
        .await;
    let again = staff.mutate("runJob", "run { slotAt }", input).await;
    assert_eq!(again["run"]["slotAt"], asked["run"]["slotAt"]);

    // Then it comes to an end, and the next period waits to be paid
    let run = eventually("the run ends", async || {
        let told = staff.ask(jobs, json!({})).await;
        let jobs = told["jobs"].as_array().unwrap().clone();
        let job = jobs
            .into_iter()
            .find(|job| job["name"] == "renew_subscriptions")?;
        let mut runs = job["runs"].as_array().unwrap().clone().into_iter();
        runs.find(|run| run["slotAt"] == asked["run"]["slotAt"] && !run["finishedAt"].is_null())
    })
    .await;
    assert_eq!(run["error"], json!(null));
    assert_eq!(run["isCutOff"], false);
    let next = eventually("the next period is ordered", async || {
        let next = show(&mei, &id).await["nextRenewal"].clone();
        (!next["order"].is_null()).then_some(next)
    })
    .await;
    assert_eq!(next["order"]["status"], "PENDING");
    assert_eq!(next["amount"], next["order"]["total"]);
    assert_eq!(shop.database.count("renewals").await, 1);

    // And the clockwork's own words are for staff alone
    let document =
        "query($id: ID!) { subscription(id: $id) { id dueAt failures lastError isParked } }";
    let answer = mei.send(document, json!({ "id": id })).await;
    assert_eq!(
        answer.body["errors"].as_array().unwrap().len(),
        4,
        "{}",
        answer.body
    );
    assert_eq!(answer.code(), "FORBIDDEN");
    let told = staff.ask(document, json!({ "id": id })).await;
    assert_eq!(told["subscription"]["isParked"], false);
    let sound = json!({ "subscriptionId": id });
    let refused = staff
        .attempt("retrySubscription", "subscription { id }", sound)
        .await;
    assert_eq!(refused["errors"][0]["code"], "INVALID_STATE");
}
