//! What goes wrong on purpose, one fault after the other.

use adapters::{ecpay::Rejected, simulator::trade::DeliveryState};
use domain::{
    base::clock::Clock as _,
    ports::{Gateway as _, Outcome, TradeState},
};
use entity::{
    money::{Currency, Money},
    payments::{NoticeKind, PaymentMethod},
};

use super::kit::World;

#[tokio::test]
async fn double_sends_copies_in_parallel() {
    let world = World::new("double").await;
    world.plan(r#"{"notifications": 1, "double": 3}"#).await;
    world.buy("DOUBLE1").await;
    world.after_seconds(0).await;
    let received = world.received();
    assert_eq!(received.len(), 3);
    assert!(received.iter().all(|copy| *copy == received[0]));

    world.buy("DOUBLE2").await;
    world.after_seconds(0).await;
    assert_eq!(world.received().len(), 1, "the plan was for one notice");
}

#[tokio::test]
async fn delay_holds_the_first_delivery_back() {
    let world = World::new("delay").await;
    world.plan(r#"{"delay_ms": 90000}"#).await;
    world.buy("DELAY1").await;
    world.after_seconds(89).await;
    assert!(world.received().is_empty());
    world.after_seconds(1).await;
    world.notice();
}

#[tokio::test]
async fn drop_loses_deliveries_on_the_way_and_a_re_send_arrives() {
    let world = World::new("drop").await;
    world.plan(r#"{"drop": 2}"#).await;
    world.buy("DROP1").await;
    world.after_seconds(0).await;
    world.after_seconds(5).await;
    assert!(world.received().is_empty());
    world.after_seconds(5).await;
    let notice = world.notice();
    assert!(
        notice
            .fields
            .contains(&("RtnMsg".to_owned(), "paid".to_owned()))
    );
    assert_eq!(world.delivery("DROP1").state, DeliveryState::Acknowledged);
}

#[tokio::test]
async fn lose_leaves_the_shop_to_ask() {
    let world = World::new("lose").await;
    world.plan(r#"{"lose": true}"#).await;
    world.buy("LOSE1").await;
    world.after_seconds(0).await;
    world.after_seconds(86_400).await;
    assert!(world.received().is_empty());
    let report = world
        .ecpay
        .query_trade("LOSE1", world.clock.now())
        .await
        .unwrap();
    assert!(matches!(report.state, TradeState::Paid { .. }));
}

#[tokio::test]
async fn tamper_breaks_the_first_delivery_and_the_re_send_is_genuine() {
    for (name, fault) in [("TAMPER1", "amount"), ("TAMPER2", "signature")] {
        let world = World::new(name).await;
        world.plan(&format!(r#"{{"tamper": "{fault}"}}"#)).await;
        world.will_answer(&["0|CheckMacValue Error"]);
        world.buy(name).await;
        world.after_seconds(0).await;
        let received = world.received();
        let read = world.ecpay.read_notice(NoticeKind::Payment, &received[0].1);
        assert_eq!(read, Err(Rejected::CheckMacValue), "{fault}");
        world.after_seconds(5).await;
        assert_eq!(world.notice().amount, Money::new(1280, Currency::Twd));
    }
}

#[tokio::test]
async fn amount_is_wrong_but_signed() {
    let world = World::new("amount").await;
    world.plan(r#"{"amount": 1}"#).await;
    world.buy("AMOUNT1").await;
    world.after_seconds(0).await;
    let notice = world.notice();
    assert_eq!(notice.amount, Money::new(1, Currency::Twd));
    assert!(matches!(notice.outcome, Outcome::Paid { .. }));
}

#[tokio::test]
async fn simulate_paid_moves_no_money() {
    let world = World::new("rehearsal").await;
    world
        .plan(r#"{"notifications": 1, "simulate_paid": true}"#)
        .await;
    world.buy("SIM1").await;
    world.after_seconds(0).await;
    let rehearsal = world.notice();
    assert!(rehearsal.is_simulated && rehearsal.dedupe_key.starts_with("sim:"));
    let report = world
        .ecpay
        .query_trade("SIM1", world.clock.now())
        .await
        .unwrap();
    assert_eq!(report.state, TradeState::Unpaid);

    // The real payment can follow.
    world.pay_by_card("SIM1", "4311-9511-1111-1111").await;
    world.after_seconds(0).await;
    let real = world.notice();
    assert!(!real.is_simulated);
    assert_eq!(rehearsal.dedupe_key, format!("sim:{}", real.dedupe_key));
}

#[tokio::test]
async fn payment_first_holds_the_news_of_the_code_back() {
    let world = World::new("payment-first").await;
    world.plan(r#"{"reorder": "payment_first"}"#).await;
    world.check_out("ORDER1", PaymentMethod::Atm).await;
    world.after_seconds(60).await;
    assert!(world.received().is_empty());
    world.pay_code("ORDER1").await;
    world.after_seconds(0).await;
    assert!(matches!(world.notice().outcome, Outcome::Paid { .. }));
    world.after_seconds(0).await;
    assert!(matches!(world.notice().outcome, Outcome::CodeIssued(_)));
}

#[tokio::test]
async fn late_failure_follows_a_success() {
    let world = World::new("late-failure").await;
    world.plan(r#"{"reorder": "late_failure"}"#).await;
    world.buy("LATE1").await;
    world.after_seconds(0).await;
    let success = world.notice();
    assert!(matches!(success.outcome, Outcome::Paid { .. }));
    world.after_seconds(0).await;
    let failure = world.notice();
    assert!(matches!(failure.outcome, Outcome::Failed { .. }));
    assert_eq!(success.gateway_trade_no, failure.gateway_trade_no);
    assert_ne!(success.dedupe_key, failure.dedupe_key);
}

#[tokio::test]
async fn an_unknown_fault_is_refused() {
    let world = World::new("unknown").await;
    let before = world.simulator.faults();
    let response = world
        .browser
        .post(format!("{}/simulator/control", world.url))
        .header("content-type", "application/json")
        .body(r#"{"duoble": 2}"#)
        .send()
        .await
        .unwrap();
    assert_eq!(response.status().as_u16(), 422);
    assert_eq!(world.simulator.faults(), before);
}
