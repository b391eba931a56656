//! Contracts to charge a card again: what the shop is told, what it may ask, and how a contract ends.

use domain::{
    base::clock::Clock as _,
    ports::{ContractAnswer, ContractReport, ContractState, Gateway as _, Notice, Outcome},
};
use entity::payments::{NoticeKind, PaymentMethod};

use super::kit::World;

/// A contract of 1,280 dollars a month that began on 15 January.
async fn contract(world: &World, number: &str) {
    world
        .check_out(number, PaymentMethod::CreditCardPeriodic)
        .await;
    world.pay_by_card(number, "4311-9522-2222-2222").await;
    world.after_seconds(0).await;
    assert_eq!(world.notice().kind, NoticeKind::Payment, "the first charge");
}

async fn report(world: &World, number: &str) -> ContractReport {
    let now = world.clock.now();
    world.ecpay.query_contract(number, now).await.unwrap()
}

/// The number of the charge, and whether it succeeded.
fn told(notice: &Notice) -> (u32, bool) {
    let number = notice.charge.as_ref().unwrap().number;
    (number, matches!(notice.outcome, Outcome::Paid { .. }))
}

const DAY: i64 = 24 * 3600;

#[tokio::test]
async fn the_card_is_charged_again_when_the_day_comes_and_the_shop_is_told_at_its_own_address() {
    let world = World::new("periodic").await;
    contract(&world, "SUB1").await;
    world.after_seconds(30 * DAY).await;
    assert!(world.received().is_empty(), "14 February is too early");
    world.after_seconds(DAY).await;
    let notice = world.notice();
    assert_eq!(notice.kind, NoticeKind::Period);
    assert_eq!(told(&notice), (2, true));
    let at = "2026-02-15T01:30:00Z".parse().unwrap();
    assert_eq!(notice.outcome, Outcome::Paid { at });

    let report = report(&world, "SUB1").await;
    assert_eq!(report.state, ContractState::Running);
    assert_eq!(report.amount, notice.amount);
    let numbers: Vec<_> = report.charges.iter().map(|one| one.charge.number).collect();
    assert_eq!(numbers, [1, 2]);
    assert_eq!(
        report.charges[1].charge,
        notice.charge.unwrap(),
        "the answer and the notice agree"
    );
}

#[tokio::test]
async fn a_charge_can_be_ordered_declined_lost_turned_around_and_repeated() {
    let world = World::new("ordered").await;
    contract(&world, "SUB2").await;

    world.charge(r#"{"trade": "SUB2", "declined": true}"#).await;
    world.after_seconds(0).await;
    assert_eq!(told(&world.notice()), (2, false));

    world.charge(r#"{"trade": "SUB2", "lose": true}"#).await;
    world.after_seconds(0).await;
    assert!(world.received().is_empty(), "lost");

    world.charge(r#"{"trade": "SUB2", "reversed": true}"#).await;
    world.after_seconds(0).await;
    let fourth = world.notice();
    world.after_seconds(0).await;
    assert_eq!(
        [told(&fourth), told(&world.notice())],
        [(4, true), (3, true)]
    );

    world
        .charge(r#"{"trade": "SUB2", "another_gwsr": true}"#)
        .await;
    world.after_seconds(0).await;
    let repeat = world.notice();
    assert_eq!(told(&repeat), (4, true));
    assert_ne!(repeat.dedupe_key, fourth.dedupe_key);

    let tried: Vec<_> = report(&world, "SUB2")
        .await
        .charges
        .iter()
        .map(|one| (one.charge.number, one.failure_code.is_none()))
        .collect();
    assert_eq!(
        tried,
        [(1, true), (2, false), (2, true), (3, true), (4, true)]
    );
}

#[tokio::test]
async fn what_failed_is_tried_again_at_the_shop_s_word_and_nothing_else_is() {
    let world = World::new("retried").await;
    contract(&world, "SUB3").await;
    let now = world.clock.now();
    let refused = world.ecpay.retry_contract("SUB3", now).await.unwrap();
    assert!(matches!(refused, ContractAnswer::Refused { .. }));
    world.charge(r#"{"trade": "SUB3", "declined": true}"#).await;
    world.after_seconds(0).await;
    assert_eq!(told(&world.notice()), (2, false));

    let done = world.ecpay.retry_contract("SUB3", now).await.unwrap();
    assert_eq!(done, ContractAnswer::Done);
    world.after_seconds(0).await;
    assert_eq!(told(&world.notice()), (2, true));
}

#[tokio::test]
async fn a_contract_ends_at_the_shop_s_word_or_after_six_failures() {
    let world = World::new("ended").await;
    contract(&world, "SUB4").await;
    let now = world.clock.now();
    let cancel = async |number| world.ecpay.cancel_contract(number, now).await.unwrap();
    assert_eq!(cancel("SUB4").await, ContractAnswer::Done);
    assert!(matches!(
        cancel("SUB4").await,
        ContractAnswer::Refused { .. }
    ));
    assert_eq!(report(&world, "SUB4").await.state, ContractState::Stopped);
    world.after_seconds(400 * DAY).await;
    assert!(world.received().is_empty(), "never charged again");

    let unknown = world
        .ecpay
        .cancel_contract("NOBODY", world.clock.now())
        .await
        .unwrap();
    let code = "10100140".to_owned();
    assert_eq!(unknown, ContractAnswer::Refused { code });
    assert!(
        world
            .ecpay
            .query_contract("NOBODY", world.clock.now())
            .await
            .is_err()
    );

    contract(&world, "SUB5").await;
    for _ in 0..6 {
        world.charge(r#"{"trade": "SUB5", "declined": true}"#).await;
    }
    assert_eq!(report(&world, "SUB5").await.state, ContractState::Stopped);
    let page = world
        .browser
        .get(format!("{}/simulator", world.url))
        .send()
        .await
        .unwrap();
    let page = page.text().await.unwrap();
    assert!(
        page.contains("stopped") && page.contains("定期定額"),
        "{page}"
    );
}

#[tokio::test]
async fn a_contract_that_ecpay_would_not_take_is_refused() {
    let world = World::new("odd_contract").await;
    for (number, name, value) in [
        ("ODD1", "PeriodAmount", "1279"),
        ("ODD2", "PeriodType", "W"),
        ("ODD3", "Frequency", "13"),
        ("ODD4", "ExecTimes", "1"),
        ("ODD5", "ExecTimes", "1000"),
        ("ODD6", "ChoosePayment", "ATM"),
    ] {
        let form = world.form(number, PaymentMethod::CreditCardPeriodic);
        let form = world.re_signed(form, name, value);
        let (status, page) = world.post(&form.action, &form.fields).await;
        assert_eq!(status, 400, "{name}={value}: {page}");
    }
}
