//! When nothing is heard: silence ends nothing, a deadline does.

use chrono::Duration;
use domain::{flows, ports::TradeState};
use entity::{
    orders::OrderStatus::{AwaitingPayment, Completed, Expired, Failed, Processing},
    payments::{PaymentMethod, PaymentStatus},
    subscriptions::SubscriptionStatus,
};

use crate::kit::{House, invariants, on_each_engine};

use super::scene::{self, *};

#[tokio::test(flavor = "multi_thread")]
async fn silence_is_no_news_and_the_gateway_is_asked_again_with_growing_patience() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let (order, payment) =
            order_being_paid(&mei, &once(&house).await, PaymentMethod::CreditCard, "k").await;
        house.gateway.falls_silent(true);
        wait_until_asked(&house, &payment).await;
        let mut waits = Vec::new();
        // Far beyond the deadline of a day: silence never ends an attempt.
        for round in 1..=14 {
            assert_eq!(janitor(&house).await, 1, "round {round}");
            let asked = attempt(&house, &payment).await;
            assert_eq!(asked.status, PaymentStatus::Unknown);
            assert_eq!(asked.checks, round);
            let next = asked.next_check_at.unwrap();
            waits.push((next - house.now()).num_minutes());
            assert_eq!(janitor(&house).await, 0, "nobody asks before that");
            house.wait(next - house.now());
        }
        assert_eq!(
            waits,
            [
                1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 1024, 1024, 1024
            ]
        );
        assert!(house.now() > attempt(&house, &payment).await.expires_at);
        assert_eq!(
            flows::expire_orders(&house.job(), 10).await.unwrap(),
            0,
            "never lost"
        );
        assert_eq!(
            standing(&house, &order, &payment).await,
            (Processing, PaymentStatus::Unknown)
        );

        house.gateway.falls_silent(false);
        gateway_knows(&house, &payment, TradeState::Paid { at: house.now() });
        assert_eq!(janitor(&house).await, 1);
        assert_eq!(
            standing(&house, &order, &payment).await,
            (Completed, PaymentStatus::Paid)
        );
        assert_eq!(
            moves(&house, payment.id).await,
            [
                "1 PENDING begin_payment",
                "2 UNKNOWN janitor",
                "3 PAID janitor"
            ]
        );
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_waits_stays_payable_while_the_gateway_is_silent() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let (order, payment) =
            order_being_paid(&mei, &once(&house).await, PaymentMethod::Atm, "k").await;
        hear(&house, &code_issued(&payment, house.now() + days(3)))
            .await
            .unwrap();
        house.gateway.falls_silent(true);
        wait_until_asked(&house, &payment).await;
        janitor(&house).await;
        assert_eq!(
            standing(&house, &order, &payment).await,
            (AwaitingPayment, PaymentStatus::AwaitingPayment),
            "silence before the end says nothing"
        );
        house.wait(days(5));
        janitor(&house).await;
        assert_eq!(
            standing(&house, &order, &payment).await,
            (AwaitingPayment, PaymentStatus::Unknown)
        );
        hear(&house, &paid(&payment, house.now())).await.unwrap();
        assert_eq!(
            standing(&house, &order, &payment).await,
            (Completed, PaymentStatus::Paid)
        );
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attempt_ends_unpaid_only_at_its_deadline_then_its_order_and_the_subscription_that_waited()
 {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let (subscription, order) = subscribe(&mei, &monthly(&house).await, "k1").await.unwrap();
        let payment = begin(&mei, order.id, PaymentMethod::CreditCard, "k2")
            .await
            .unwrap();
        // The gateway knows no such number: its form was never posted.
        let mut asked = Vec::new();
        loop {
            wait_until_asked(&house, &payment).await;
            assert_eq!(janitor(&house).await, 1);
            asked.push((house.now() - payment.created_at).num_minutes());
            if attempt(&house, &payment).await.status != PaymentStatus::Pending {
                break;
            }
            assert_eq!(flows::expire_orders(&house.job(), 10).await.unwrap(), 0);
        }
        assert_eq!(asked, [10, 20, 40, 120, 360, 24 * 60]);
        assert_eq!(
            standing(&house, &order, &payment).await,
            (Failed, PaymentStatus::Expired)
        );
        assert_eq!(
            subscription_status(&house, &subscription).await,
            SubscriptionStatus::Pending
        );
        assert_eq!(flows::expire_orders(&house.job(), 10).await.unwrap(), 1);
        assert_eq!(
            standing(&house, &order, &payment).await,
            (Expired, PaymentStatus::Expired)
        );
        let ended = scene::subscription(&house, &subscription).await;
        assert_eq!(
            (ended.status, ended.ended_at),
            (SubscriptionStatus::Expired, Some(house.now()))
        );
        assert!(
            subscribe(&mei, &monthly_again(&house).await, "k3")
                .await
                .is_ok()
        );
        assert_eq!(flows::expire_orders(&house.job(), 10).await.unwrap(), 0);
        invariants::assert_hold(&house).await;
    })
    .await;
}

/// The plan that is sold already.
async fn monthly_again(house: &House) -> entity::plans::plan::Model {
    let found = domain::plans::query::find_by_slug(&house.job(), "pro").await;
    found.unwrap().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_nobody_began_to_pay_ends_when_its_time_is_over_and_not_before() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let (subscription, order) = subscribe(&mei, &monthly(&house).await, "k1").await.unwrap();
        house.wait(order.expires_at - house.now() - Duration::seconds(1));
        assert_eq!(flows::expire_orders(&house.job(), 10).await.unwrap(), 0);
        house.wait(Duration::seconds(1));
        assert_eq!(flows::expire_orders(&house.job(), 10).await.unwrap(), 1);
        assert_eq!(scene::order(&house, &order).await.status, Expired);
        assert_eq!(
            subscription_status(&house, &subscription).await,
            SubscriptionStatus::Expired
        );
        invariants::assert_hold(&house).await;
    })
    .await;
}
