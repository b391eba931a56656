//! The gateway and the way to it at their worst: each fault is planned, and the books come out right.

use entity::{
    base::transition,
    orders::OrderStatus,
    payments::{NoticeState, PaymentStatus, notice},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;

use crate::kit::{
    Browser, Shop, both_engines,
    browser::GOOD_CARD,
    client::Client,
    customer::{Attempt, Purchase, new_key},
    wait::eventually,
};

both_engines!(
    a_notice_that_comes_five_times_counts_once,
    a_notice_that_was_dropped_is_sent_again,
    a_notice_that_is_lost_is_asked_for_after_the_browser_returned,
    a_notice_that_was_tampered_with_changes_nothing,
    a_wrong_amount_is_for_a_person_to_look_at,
    a_rehearsal_is_no_payment,
    a_failure_that_comes_after_the_success_changes_nothing,
    a_payment_that_comes_before_its_code_counts,
    money_for_a_cancelled_order_is_kept_as_late,
);

/// Orders a plan, and pays with a good card without coming back: nothing but the notice tells the shop.
async fn pay_and_walk_away(client: &Client, slug: &str) -> (Purchase, Attempt) {
    let purchase = client.subscribe(slug).await;
    let attempt = client.begin_payment(&purchase, "CREDIT_CARD").await;
    Browser::new()
        .type_card(&attempt.redirect_url, GOOD_CARD)
        .await;
    (purchase, attempt)
}

/// Waits until so many notices about a trade are dealt with.
async fn notices(shop: &Shop, attempt: &Attempt, count: usize) -> Vec<notice::Model> {
    eventually("the notices are dealt with", async || {
        let notices = shop.database.notices(&attempt.trade_no).await;
        let done = notices
            .iter()
            .filter(|notice| notice.state != NoticeState::Received);
        (done.count() == count).then_some(notices)
    })
    .await
}

fn message(notice: &notice::Model) -> &str {
    let mut found = notice.fields.0.iter().filter(|(name, _)| name == "RtnMsg");
    &found.next().unwrap().1
}

/// What moved the attempt to where it stands.
async fn cause(shop: &Shop, attempt: &Attempt) -> String {
    let payment = shop.database.payment(attempt.payment()).await;
    transition::Entity::find()
        .filter(transition::Column::Subject.eq(&attempt.payment_id))
        .filter(transition::Column::Version.eq(payment.version))
        .one(shop.database.db())
        .await
        .unwrap()
        .unwrap()
        .cause
}

async fn a_notice_that_comes_five_times_counts_once(shop: Shop) {
    let mei = shop.mei().await;
    shop.plan_faults(json!({ "notifications": 1, "double": 5 }))
        .await;
    let (purchase, attempt) = pay_and_walk_away(&mei, "pro").await;

    mei.order_becomes(&purchase, "COMPLETED").await;
    let deliveries = eventually("all copies arrived", async || {
        let notices = shop.database.notices(&attempt.trade_no).await;
        let deliveries: i32 = notices.iter().map(|notice| notice.deliveries).sum();
        (deliveries == 5).then_some(notices.len())
    });
    assert_eq!(deliveries.await, 1, "one notice, delivered five times");
    assert_eq!(shop.database.settlements(purchase.order()).await.len(), 1);
    assert_eq!(shop.database.invoices(purchase.order()).await.len(), 1);
}

async fn a_notice_that_was_dropped_is_sent_again(shop: Shop) {
    let mei = shop.mei().await;
    shop.plan_faults(json!({ "notifications": 1, "drop": 1 }))
        .await;
    let (purchase, attempt) = pay_and_walk_away(&mei, "pro").await;

    mei.order_becomes(&purchase, "COMPLETED").await;
    let notices = notices(&shop, &attempt, 1).await;
    assert_eq!(message(&notices[0]), "paid", "the gateway's second try");
}

async fn a_notice_that_is_lost_is_asked_for_after_the_browser_returned(shop: Shop) {
    let mei = shop.mei().await;
    shop.plan_faults(json!({ "notifications": 1, "lose": true }))
        .await;
    let purchase = mei.subscribe("pro").await;
    let attempt = mei.begin_payment(&purchase, "CREDIT_CARD").await;
    let page = Browser::new()
        .pay_by_card(&attempt.redirect_url, GOOD_CARD)
        .await;
    page.must_say("正在確認付款 Confirming your payment");

    mei.order_becomes(&purchase, "COMPLETED").await;
    assert_eq!(cause(&shop, &attempt).await, "janitor");
    assert!(shop.database.notices(&attempt.trade_no).await.is_empty());
    let page = Browser::new().open(page.url.as_str()).await;
    page.must_say("付款完成 Payment received");
}

async fn a_notice_that_was_tampered_with_changes_nothing(shop: Shop) {
    let mei = shop.mei().await;
    for (slug, tampered) in [("pro", "amount"), ("starter", "signature")] {
        shop.plan_faults(json!({ "notifications": 1, "tamper": tampered }))
            .await;
        let (purchase, attempt) = pay_and_walk_away(&mei, slug).await;

        mei.order_becomes(&purchase, "COMPLETED").await;
        let notices = notices(&shop, &attempt, 1).await;
        assert_eq!(notices[0].deliveries, 1, "the forged one left no trace");
        assert_eq!(message(&notices[0]), "paid", "the genuine one came later");
    }
    let rejected = shop.log().matches("a callback was rejected").count();
    assert_eq!(rejected, 2);
}

async fn a_wrong_amount_is_for_a_person_to_look_at(shop: Shop) {
    let mei = shop.mei().await;
    shop.plan_faults(json!({ "notifications": 1, "amount": 1 }))
        .await;
    let (purchase, attempt) = pay_and_walk_away(&mei, "pro").await;

    let notices = notices(&shop, &attempt, 1).await;
    assert_eq!(notices[0].state, NoticeState::Quarantined);
    assert_eq!(notices[0].reason.as_deref(), Some("amount_mismatch"));
    let payment = shop.database.payment(attempt.payment()).await;
    assert_eq!(payment.status, PaymentStatus::Review);
    let order = mei.order(&purchase).await;
    assert_eq!(order["status"], "PROCESSING");
    assert_eq!(order["invoice"], json!(null));
    assert_eq!(order["lines"][0]["subscription"]["status"], "PENDING");
}

async fn a_rehearsal_is_no_payment(shop: Shop) {
    let mei = shop.mei().await;
    shop.plan_faults(json!({ "notifications": 1, "simulate_paid": true }))
        .await;
    let (purchase, attempt) = pay_and_walk_away(&mei, "pro").await;

    let notices = notices(&shop, &attempt, 1).await;
    assert_eq!(notices[0].state, NoticeState::Quarantined);
    assert_eq!(notices[0].reason.as_deref(), Some("simulated"));
    let payment = shop.database.payment(attempt.payment()).await;
    assert_eq!(payment.status, PaymentStatus::Pending);
    assert_eq!(mei.order(&purchase).await["status"], "PROCESSING");
}

async fn a_failure_that_comes_after_the_success_changes_nothing(shop: Shop) {
    let mei = shop.mei().await;
    shop.plan_faults(json!({ "notifications": 1, "reorder": "late_failure" }))
        .await;
    let (purchase, attempt) = pay_and_walk_away(&mei, "pro").await;

    let notices = notices(&shop, &attempt, 2).await;
    let late = notices.last().unwrap();
    assert_eq!(late.reason.as_deref(), Some("overtaken_by_payment"));
    let order = mei.order(&purchase).await;
    assert_eq!(order["status"], "COMPLETED");
    assert_eq!(order["payments"][0]["status"], "PAID");
    assert_eq!(order["payments"][0]["failureCode"], json!(null));
}

async fn a_payment_that_comes_before_its_code_counts(shop: Shop) {
    let mei = shop.mei().await;
    shop.plan_faults(json!({ "notifications": 1, "reorder": "payment_first" }))
        .await;
    let purchase = mei.subscribe("pro").await;
    let attempt = mei.begin_payment(&purchase, "ATM").await;
    let browser = Browser::new();
    let page = browser.go_to_gateway(&attempt.redirect_url).await;
    browser.submit(&page, &page.form()).await;

    let order = mei.order_becomes(&purchase, "COMPLETED").await;
    let version = order["version"].clone();
    let notices = notices(&shop, &attempt, 2).await;
    let code = notices.last().unwrap();
    assert_eq!(code.reason.as_deref(), Some("overtaken_by_payment"));
    let order = mei.order(&purchase).await;
    assert_eq!(
        (&order["status"], &order["version"]),
        (&json!("COMPLETED"), &version)
    );
}

async fn money_for_a_cancelled_order_is_kept_as_late(shop: Shop) {
    // Given somebody at the gateway's page whose order is called off meanwhile
    let mei = shop.mei().await;
    let purchase = mei.subscribe("pro").await;
    let attempt = mei.begin_payment(&purchase, "CREDIT_CARD").await;
    let browser = Browser::new();
    let page = browser.go_to_gateway(&attempt.redirect_url).await;
    let input = json!({ "orderId": purchase.order_id, "idempotencyKey": new_key() });
    mei.mutate("cancelOrder", "order { status }", input).await;

    // When they pay all the same
    let form = page.form().fill("card_number", GOOD_CARD);
    let back = browser.submit(&page, &form).await;

    // Then the money is not lost from sight, and nothing is delivered
    notices(&shop, &attempt, 1).await;
    let payment = shop.database.payment(attempt.payment()).await;
    assert_eq!(payment.status, PaymentStatus::PaidLate);
    assert!(payment.paid_at.is_some());
    let order = shop.database.order(purchase.order()).await;
    assert_eq!(order.status, OrderStatus::Cancelled);
    let in_shop = browser.submit(&back, &back.form()).await;
    in_shop.must_say("若您已付款，我們會與您聯絡處理款項。");
}
