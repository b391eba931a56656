//! When notices are lost, the gateway is asked; and what it says, or does not say, is never the end too early.

use chrono::Duration;
use domain::{
    flows,
    ports::{TradeReport, TradeState},
};
use entity::{
    orders::OrderStatus::{Completed, Failed, Processing},
    payments::{PaymentMethod, PaymentStatus},
    subscriptions::SubscriptionStatus,
};

use crate::kit::{invariants, on_each_engine};

use super::scene::{self, *};

const fn minutes(number: i64) -> Duration {
    Duration::minutes(number)
}

#[tokio::test(flavor = "multi_thread")]
async fn when_every_notice_is_lost_the_money_is_found_by_asking() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let (subscription, order) = subscribe(&mei, &monthly(&house).await, "k1").await.unwrap();
        let payment = begin(&mei, order.id, PaymentMethod::CreditCard, "k2")
            .await
            .unwrap();
        let paid_at = house.now() + minutes(2);
        gateway_knows(&house, &payment, TradeState::Paid { at: paid_at });

        house.wait(minutes(10) - Duration::seconds(1));
        assert_eq!(
            janitor(&house).await,
            0,
            "a card is asked about after ten minutes"
        );
        assert!(house.gateway.queries().is_empty());
        house.wait(Duration::seconds(1));
        assert_eq!(janitor(&house).await, 1);

        assert_eq!(
            house.gateway.queries(),
            [payment.merchant_trade_no.as_str()]
        );
        assert_eq!(
            standing(&house, &order, &payment).await,
            (Completed, PaymentStatus::Paid)
        );
        let subscription = scene::subscription(&house, &subscription).await;
        assert_eq!(subscription.status, SubscriptionStatus::Active);
        assert_eq!(
            subscription.current_period_start,
            Some(paid_at),
            "the period begins with the money, not with our asking"
        );
        assert_eq!(
            moves(&house, payment.id).await,
            ["1 PENDING begin_payment", "2 PAID janitor"]
        );
        assert_eq!(scene::invoices(&house).await[0].number, "INV-2026-000001");
        assert_eq!(attempt(&house, &payment).await.next_check_at, None);

        // The notice finds its way after all: nothing is done twice.
        let before = sizes(&house).await;
        hear(&house, &paid(&payment, paid_at)).await.unwrap();
        let mut expected = before;
        expected[3] += 1;
        assert_eq!(
            sizes(&house).await,
            expected,
            "a notice in the inbox and nothing else"
        );
        house.wait(days(3));
        assert_eq!(janitor(&house).await, 0);
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn three_days_of_lost_notices_lose_no_money() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let manual = once(&house).await;
        let mut all = Vec::new();
        for (day, method) in [
            PaymentMethod::CreditCard,
            PaymentMethod::Atm,
            PaymentMethod::Cvs,
        ]
        .into_iter()
        .enumerate()
        {
            let (order, payment) =
                order_being_paid(&mei, &manual, method, &format!("day {day}")).await;
            gateway_knows(&house, &payment, TradeState::Paid { at: house.now() });
            all.push((order, payment));
            house.wait(days(1));
        }
        while janitor(&house).await > 0 {}
        for (order, payment) in &all {
            assert_eq!(
                standing(&house, order, payment).await,
                (Completed, PaymentStatus::Paid)
            );
        }
        assert_eq!(scene::invoices(&house).await.len(), 3);
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attempt_that_we_took_for_failed_or_expired_is_paid_when_the_gateway_says_so() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let manual = once(&house).await;
        let (order, failed) =
            order_being_paid(&mei, &manual, PaymentMethod::CreditCard, "k1").await;
        hear(&house, &declined(&failed)).await.unwrap();
        gateway_knows(&house, &failed, TradeState::Paid { at: house.now() });
        wait_until_asked(&house, &failed).await;
        assert_eq!(janitor(&house).await, 1);
        assert_eq!(
            standing(&house, &order, &failed).await,
            (Completed, PaymentStatus::Paid)
        );

        let (order, expired) =
            order_being_paid(&mei, &manual, PaymentMethod::CreditCard, "k2").await;
        house.wait(days(2));
        janitor(&house).await;
        assert_eq!(
            standing(&house, &order, &expired).await,
            (Failed, PaymentStatus::Expired)
        );
        gateway_knows(&house, &expired, TradeState::Paid { at: house.now() });
        wait_until_asked(&house, &expired).await;
        janitor(&house).await;
        assert_eq!(
            standing(&house, &order, &expired).await,
            (Completed, PaymentStatus::Paid)
        );
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_janitor_does_not_take_another_amount_for_the_price() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let (order, payment) =
            order_being_paid(&mei, &once(&house).await, PaymentMethod::CreditCard, "k").await;
        let report = TradeReport {
            amount: twd(PRICE - 1),
            ..answer(&payment, TradeState::Paid { at: house.now() })
        };
        house.gateway.answers(&payment.merchant_trade_no, report);
        wait_until_asked(&house, &payment).await;
        janitor(&house).await;
        assert_eq!(
            standing(&house, &order, &payment).await,
            (Processing, PaymentStatus::Review)
        );
        assert_eq!(sizes(&house).await[4], 0);
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_that_was_only_heard_by_asking_lets_the_shopper_try_again() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let (order, payment) =
            order_being_paid(&mei, &once(&house).await, PaymentMethod::CreditCard, "k").await;
        let code = "10100058".to_owned();
        gateway_knows(&house, &payment, TradeState::Failed { code });
        wait_until_asked(&house, &payment).await;
        janitor(&house).await;
        assert_eq!(
            standing(&house, &order, &payment).await,
            (Failed, PaymentStatus::Failed)
        );
        assert!(
            begin(&mei, order.id, PaymentMethod::Atm, "k2")
                .await
                .is_ok()
        );
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_that_something_moved_has_the_gateway_asked_at_the_next_round() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let (order, payment) =
            order_being_paid(&mei, &once(&house).await, PaymentMethod::CreditCard, "k").await;
        gateway_knows(&house, &payment, TradeState::Paid { at: house.now() });
        assert_eq!(janitor(&house).await, 0);
        flows::ask_soon(&house.nobody(), payment.id).await.unwrap();
        assert_eq!(janitor(&house).await, 1);
        assert_eq!(
            standing(&house, &order, &payment).await,
            (Completed, PaymentStatus::Paid)
        );
        flows::ask_soon(&house.nobody(), payment.id).await.unwrap();
        assert_eq!(
            janitor(&house).await,
            0,
            "a settled attempt is not asked about"
        );
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_janitors_at_once_ask_once() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let (order, payment) =
            order_being_paid(&mei, &once(&house).await, PaymentMethod::CreditCard, "k").await;
        gateway_knows(&house, &payment, TradeState::Paid { at: house.now() });
        wait_until_asked(&house, &payment).await;
        let rounds: Vec<_> = (0..8)
            .map(|_| {
                let op = house.job();
                tokio::spawn(async move { flows::ask_about_due_payments(&op, 10).await.unwrap() })
            })
            .collect();
        let mut asked = 0;
        for round in rounds {
            asked += round.await.unwrap();
        }
        assert_eq!(asked, 1);
        assert_eq!(house.gateway.queries().len(), 1);
        assert_eq!(
            standing(&house, &order, &payment).await,
            (Completed, PaymentStatus::Paid)
        );
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn news_of_another_amount_keeps_the_order_open_and_the_gateway_is_asked_what_it_meant() {
    on_each_engine(|house| async move {
        // Given an order about which the gateway told another amount
        let mei = house.customer("mei").await;
        let manual = once(&house).await;
        let (order, payment) =
            order_being_paid(&mei, &manual, PaymentMethod::CreditCard, "k1").await;
        hear(&house, &paid_too_little(&payment, house.now()))
            .await
            .unwrap();
        // When its time is over
        house.wait(days(3));
        // Then it waits for a person, or for the gateway's second opinion
        assert_eq!(flows::expire_orders(&house.job(), 10).await.unwrap(), 0);
        gateway_knows(&house, &payment, TradeState::Paid { at: house.now() });
        assert_eq!(janitor(&house).await, 1);
        assert_eq!(
            standing(&house, &order, &payment).await,
            (Completed, PaymentStatus::Paid)
        );
        invariants::assert_hold(&house).await;
    })
    .await;
}
