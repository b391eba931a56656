//! Money that comes too late, twice, or again after it went back: always in sight, never spent twice.

use chrono::Duration;
use domain::{
    flows,
    flows::{RefundRequest, receive_notice::Received},
    plans,
};
use entity::{
    orders::OrderStatus::{self, Completed, Expired},
    payments::{NoticeState, PaymentMethod, PaymentStatus},
    refunds::RefundStatus,
    subscriptions::SubscriptionStatus,
};

use crate::kit::{invariants, on_each_engine};

use super::scene::{self, *};

#[tokio::test(flavor = "multi_thread")]
async fn money_for_a_cancelled_order_is_kept_in_sight_and_gives_nothing() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let (subscription, order) = subscribe(&mei, &monthly(&house).await, "k1").await.unwrap();
        let payment = begin(&mei, order.id, PaymentMethod::CreditCard, "k2")
            .await
            .unwrap();
        flows::cancel_order(&mei.op, order.id, "k3").await.unwrap();
        let cancelled = scene::order(&house, &order).await;
        house.wait(Duration::minutes(3));

        assert_eq!(
            hear(&house, &paid(&payment, house.now())).await.unwrap(),
            Received::Done
        );

        assert_eq!(scene::order(&house, &order).await, cancelled, "untouched");
        let late = attempt(&house, &payment).await;
        assert_eq!(late.status, PaymentStatus::PaidLate);
        assert_eq!(
            (late.paid_at, late.fee_minor),
            (Some(house.now()), Some(18))
        );
        assert_eq!(
            late.gateway_trade_no,
            Some(format!("G{}", payment.merchant_trade_no))
        );
        assert_eq!(
            inbox(&house).await,
            [(NoticeState::Done, Some("paid_late".to_owned()))]
        );
        assert_eq!(
            subscription_status(&house, &subscription).await,
            SubscriptionStatus::Cancelled
        );
        let [.., settlements, invoices, _, _] = sizes(&house).await;
        assert_eq!((settlements, invoices), (0, 0));
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn money_for_an_expired_order_of_a_plan_off_sale_is_kept_in_sight_and_gives_nothing() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let plan = once(&house).await;
        let (order, payment) = order_being_paid(&mei, &plan, PaymentMethod::CreditCard, "k").await;
        plans::archive_plan(&house.job(), plan.id).await.unwrap();
        house.wait(days(2));
        janitor(&house).await;
        flows::expire_orders(&house.job(), 10).await.unwrap();
        assert_eq!(
            standing(&house, &order, &payment).await,
            (Expired, PaymentStatus::Expired)
        );
        let expired = scene::order(&house, &order).await;
        hear(&house, &paid(&payment, house.now())).await.unwrap();
        assert_eq!(scene::order(&house, &order).await, expired, "untouched");
        assert_eq!(
            attempt(&house, &payment).await.status,
            PaymentStatus::PaidLate
        );
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn money_of_a_second_attempt_is_kept_in_sight() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let (order, first) =
            order_being_paid(&mei, &once(&house).await, PaymentMethod::Atm, "k").await;
        let second = begin(&mei, order.id, PaymentMethod::CreditCard, "k2")
            .await
            .unwrap();
        hear(&house, &paid(&second, house.now())).await.unwrap();
        hear(&house, &paid(&first, house.now())).await.unwrap();
        assert_eq!(
            standing(&house, &order, &second).await,
            (Completed, PaymentStatus::Paid)
        );
        assert_eq!(
            attempt(&house, &first).await.status,
            PaymentStatus::PaidLate
        );
        let [.., settlements, invoices, _, _] = sizes(&house).await;
        assert_eq!((settlements, invoices), (1, 1));
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_replayed_after_the_refund_does_not_bring_the_money_back() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let (order, payment) =
            order_being_paid(&mei, &once(&house).await, PaymentMethod::CreditCard, "k").await;
        let money = paid(&payment, house.now());
        hear(&house, &money).await.unwrap();
        let wei = house.staff("wei").await;
        let request = RefundRequest {
            payment_id: payment.id,
            amount: None,
            reason: "changed their mind".to_owned(),
            by_hand: false,
            end_subscription: false,
        };
        let refund = flows::refund_payment(&wei.op, request, "r").await.unwrap();
        assert_eq!(refund.status, RefundStatus::Succeeded);
        let refunded = (
            scene::order(&house, &order).await,
            attempt(&house, &payment).await,
        );

        assert_eq!(hear(&house, &money).await.unwrap(), Received::Done);
        // Signatures never expire: even under a number of its own it is old news.
        let mut forged_number = money.clone();
        forged_number.dedupe_key = "pay:another:1".to_owned();
        assert_eq!(hear(&house, &forged_number).await.unwrap(), Received::Done);

        let after = (
            scene::order(&house, &order).await,
            attempt(&house, &payment).await,
        );
        assert_eq!(after, refunded);
        assert_eq!(
            (after.0.status, after.1.status),
            (OrderStatus::Refunded, PaymentStatus::Refunded)
        );
        invariants::assert_hold(&house).await;
    })
    .await;
}
