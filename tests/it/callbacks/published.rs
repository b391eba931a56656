//! The published examples, posted at a server that waits for exactly that payment.

use std::path::Path;

use entity::{
    orders::OrderStatus,
    payments::{NoticeState, PaymentStatus, notice, payment},
};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait};
use serde_json::{Value, json};

use crate::kit::{
    Shop, both_engines,
    client::Client,
    customer::{Attempt, Purchase, new_key},
};

both_engines!(every_published_notice_comes_out_as_written);

const TRADE_NO: &str = "TPE20260115A0001";

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap()
}

/// A plan for the price of the examples.
async fn plan(shop: &Shop) -> String {
    let input = json!({
        "slug": "example", "name": "Example", "billingCycle": "ONE_TIME",
        "price": { "amount": "1280", "currency": "TWD" },
    });
    let staff = shop.demo("staff").await;
    let payload = staff.mutate("createPlan", "plan { id }", input).await;
    text(&payload["plan"], "id").to_owned()
}

/// An order that waits for the payment of the examples. What an example before left behind gets out of its way.
async fn waiting_order(
    shop: &Shop,
    mei: &Client,
    plan: &str,
    number: usize,
) -> (Purchase, Attempt) {
    let input = json!({ "planId": plan, "idempotencyKey": new_key() });
    let payload = mei
        .mutate("createOrder", "order { id number }", input)
        .await;
    let purchase = Purchase {
        order_id: text(&payload["order"], "id").to_owned(),
        number: text(&payload["order"], "number").to_owned(),
        subscription_id: String::new(),
    };
    let attempt = mei.begin_payment(&purchase, "CREDIT_CARD").await;
    let rename = format!(
        "UPDATE payments SET merchant_trade_no = 'OLD{number}' WHERE merchant_trade_no = '{TRADE_NO}'"
    );
    shop.database.run(&rename).await;
    let forgotten = notice::Entity::delete_many().exec(shop.database.db()).await;
    forgotten.unwrap();
    let row = payment::ActiveModel {
        id: Set(attempt.payment()),
        merchant_trade_no: Set(TRADE_NO.to_owned()),
        ..Default::default()
    };
    row.update(shop.database.db()).await.unwrap();
    (purchase, attempt)
}

/// How everything stands after a decision of the examples: attempt, order, and the notice, if one is kept.
fn outcome(decision: &str) -> (PaymentStatus, OrderStatus, Option<NoticeState>) {
    use {NoticeState as Notice, OrderStatus as Order, PaymentStatus as Payment};
    match decision {
        "paid" => (Payment::Paid, Order::Completed, Some(Notice::Done)),
        "not_paid" | "code_failed" => (Payment::Failed, Order::Failed, Some(Notice::Done)),
        "code_issued_not_paid" => (
            Payment::AwaitingPayment,
            Order::AwaitingPayment,
            Some(Notice::Done),
        ),
        "amount_mismatch_alert" => (
            Payment::Review,
            Order::Processing,
            Some(Notice::Quarantined),
        ),
        "simulated_do_not_ship" => (
            Payment::Pending,
            Order::Processing,
            Some(Notice::Quarantined),
        ),
        "reject_mac" | "reject_mac_strict" | "reject_merchant" | "show_result_only" => {
            (Payment::Pending, Order::Processing, None)
        }
        other => panic!("unknown decision {other}"),
    }
}

async fn every_published_notice_comes_out_as_written(shop: Shop) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/ecpay/callbacks.json");
    let file: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let mei = shop.mei().await;
    let plan = plan(&shop).await;
    let mut posted = 0;
    for vector in file["notifications"].as_array().unwrap() {
        let id = text(vector, "id");
        let address = match text(vector, "endpoint") {
            "ReturnURL" => "/ecpay/notify",
            "PaymentInfoURL" => "/ecpay/payment-info",
            "OrderResultURL" => "/ecpay/result",
            // The gateway's own renewals, which Fabrica does not use.
            "PeriodReturnURL" => continue,
            other => panic!("{id}: {other}"),
        };
        assert_eq!(
            text(&vector["order"], "merchant_trade_no"),
            TRADE_NO,
            "{id}"
        );
        posted += 1;
        let (purchase, attempt) = waiting_order(&shop, &mei, &plan, posted).await;

        let (status, reply) = shop
            .post(address, text(vector, "raw_body").to_owned())
            .await;

        let decision = text(vector, "expected_decision");
        match (text(vector, "reply"), decision) {
            ("1|OK", _) => assert_eq!((status, reply.as_str()), (200, "1|OK"), "{id}"),
            ("0|<reason>", _) => {
                assert_eq!(status, 400, "{id}: {reply}");
                assert!(reply.starts_with("0|"), "{id}: {reply}");
            }
            ("html page", "show_result_only") => {
                assert_eq!(status, 200, "{id}");
                assert!(reply.contains("Confirming your payment"), "{id}: {reply}");
            }
            ("html page", _) => {
                assert_eq!(status, 400, "{id}");
                assert!(reply.contains("無法確認"), "{id}: {reply}");
            }
            (other, _) => panic!("{id}: {other}"),
        }
        let payment = shop.database.payment(attempt.payment()).await;
        let order = shop.database.order(purchase.order()).await;
        let notices = shop.database.notices(TRADE_NO).await;
        let kept = notices.first().map(|notice| notice.state);
        assert_eq!(
            (payment.status, order.status, kept),
            outcome(decision),
            "{id}"
        );
    }
    assert_eq!(posted, 32);
}
