//! A charge by contract that failed: it is tried again with the reminders, and never while it is unknown what came of
//! the last time.

use chrono::Duration;
use domain::{flows::receive_notice::Received, ports::ContractState};
use entity::{
    orders::OrderStatus,
    payments::{CardContractStatus, PaymentStatus},
    subscriptions::SubscriptionStatus,
};

use crate::kit::{invariants, on_each_engine};

use super::{
    card_contracts::{attempts, contract, invoiced, look_after, noon_of, periodic, standing_of},
    scene::*,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_charge_that_failed_leaves_the_period_to_be_paid_and_is_tried_again_with_the_reminders() {
    on_each_engine(|house| async move {
        let periodic = periodic(&house).await;
        pass(&house, 30).await;
        let at = noon_of("2026-12-20");
        let refused = periodic.refused(2, at);
        assert_eq!(hear(&house, &refused).await.unwrap(), Received::Done);
        assert_eq!(hear(&house, &refused).await.unwrap(), Received::Done);
        assert_eq!(attempts(&house).await, [(2, PaymentStatus::Failed)]);
        assert_eq!(
            standing_of(&house).await,
            (CardContractStatus::Active, 1, 1)
        );
        assert_eq!(
            subscription_status(&house, &periodic.row).await,
            SubscriptionStatus::PastDue
        );
        let [order] = &renewals(&house, &periodic.row).await[..] else {
            panic!("one renewal")
        };
        assert_eq!(order.status, OrderStatus::Failed, "it can still be paid");

        look_after(&house).await;
        assert_eq!(house.gateway.retried().len(), 0, "no reminder yet");
        pass(&house, 1).await;
        look_after(&house).await;
        look_after(&house).await;
        assert_eq!(house.gateway.retried().len(), 1, "once for the reminder");

        let paid = periodic.charged(2, at + Duration::days(1));
        periodic.gateway_keeps(&house, ContractState::Running, &[&refused, &paid]);
        house.wait(Duration::minutes(20));
        look_after(&house).await;
        assert_eq!(
            attempts(&house).await,
            [(2, PaymentStatus::Failed), (2, PaymentStatus::Paid)]
        );
        assert_eq!(
            subscription_status(&house, &periodic.row).await,
            SubscriptionStatus::Active
        );
        assert_eq!(
            standing_of(&house).await,
            (CardContractStatus::Active, 2, 0)
        );
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_that_is_not_answered_is_not_repeated_until_it_is_known_what_came_of_it() {
    on_each_engine(|house| async move {
        let periodic = periodic(&house).await;
        pass(&house, 30).await;
        let at = noon_of("2026-12-20");
        let refused = periodic.refused(2, at);
        hear(&house, &refused).await.unwrap();

        // The gateway is told to try again with the first reminder, and says nothing for four days
        house.gateway.falls_silent(true);
        for _ in 0..4 {
            pass(&house, 1).await;
            look_after(&house).await;
        }
        let behind = subscription(&house, &periodic.row).await;
        assert_eq!(
            (behind.status, behind.dunning_step),
            (SubscriptionStatus::PastDue, 2)
        );
        assert_eq!(house.gateway.retried().len(), 1, "for two reminders");

        // It answers: nothing was charged. Now the second time is safe
        periodic.gateway_keeps(&house, ContractState::Running, &[&refused]);
        house.gateway.falls_silent(false);
        house.wait(days(1));
        look_after(&house).await;
        assert_eq!(house.gateway.retried().len(), 1, "asked before it is told");
        look_after(&house).await;
        look_after(&house).await;
        assert_eq!(house.gateway.retried().len(), 2);

        // A notice tells what came of that one, and the period is paid once
        let paid = periodic.charged(2, house.now());
        hear(&house, &paid).await.unwrap();
        assert_eq!(invoiced(&house).await, ["2026-11-20", "2026-12-20"]);
        assert_eq!(contract(&house).await.last_error, None);
        invariants::assert_hold(&house).await;
    })
    .await;
}
