//! Notices that come twice, wrong, or in another order.

use chrono::Duration;
use domain::{flows, flows::receive_notice::Received};
use entity::{
    audit::AuditOutcome,
    orders::OrderStatus::{self, Completed, Failed, Processing},
    payments::{NoticeState, PaymentMethod, PaymentStatus, notice},
    subscriptions::SubscriptionStatus,
};
use sea_orm::EntityTrait;

use crate::kit::{invariants, on_each_engine};

use super::scene::{self, *};

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_identical_notices_at_once_settle_once_and_are_all_answered() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let (subscription, order) = subscribe(&mei, &monthly(&house).await, "k1").await.unwrap();
        let payment = begin(&mei, order.id, PaymentMethod::CreditCard, "k2")
            .await
            .unwrap();
        let money = paid(&payment, house.now());
        let deliveries = (0..100).map(|_| {
            let (op, money) = (house.callback(), money.clone());
            tokio::spawn(async move { flows::receive_notice(&op, &money).await })
        });
        let deliveries: Vec<_> = deliveries.collect();
        for delivery in deliveries {
            assert_eq!(delivery.await.unwrap().unwrap(), Received::Done);
        }
        let [_, _, _, notices, settlements, invoices, ..] = sizes(&house).await;
        assert_eq!((notices, settlements, invoices), (1, 1, 1));
        assert_eq!(scene::order(&house, &order).await.version, 4);
        assert_eq!(attempt(&house, &payment).await.version, 2);
        assert_eq!(scene::subscription(&house, &subscription).await.version, 2);
        let stored = notice::Entity::find();
        let stored = stored
            .one(house.app.database.reader())
            .await
            .unwrap()
            .unwrap();
        assert_eq!(stored.deliveries, 100);
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resend_in_other_words_is_recognised_by_its_numbers() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let (order, payment) =
            order_being_paid(&mei, &once(&house).await, PaymentMethod::CreditCard, "k").await;
        let mut money = paid(&payment, house.now());
        hear(&house, &money).await.unwrap();
        let before = (
            scene::order(&house, &order).await,
            attempt(&house, &payment).await,
        );
        let sizes_before = sizes(&house).await;
        house.wait(Duration::hours(1));

        money.fields = vec![("RtnMsg".to_owned(), "paid".to_owned())];
        assert_eq!(hear(&house, &money).await.unwrap(), Received::Done);

        let after = (
            scene::order(&house, &order).await,
            attempt(&house, &payment).await,
        );
        assert_eq!(after, before);
        assert_eq!(sizes(&house).await, sizes_before);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_amount_is_looked_at_by_a_person_and_the_right_one_still_settles() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let (subscription, order) = subscribe(&mei, &monthly(&house).await, "k1").await.unwrap();
        let payment = begin(&mei, order.id, PaymentMethod::CreditCard, "k2")
            .await
            .unwrap();
        let short = paid_too_little(&payment, house.now());
        for _ in 0..2 {
            assert_eq!(hear(&house, &short).await.unwrap(), Received::Quarantined);
            assert_eq!(
                standing(&house, &order, &payment).await,
                (Processing, PaymentStatus::Review)
            );
            assert_eq!(
                subscription_status(&house, &subscription).await,
                SubscriptionStatus::Pending,
                "nothing is given"
            );
            assert_eq!(
                inbox(&house).await,
                [(NoticeState::Quarantined, Some("amount_mismatch".to_owned()))]
            );
        }
        let in_review = attempt(&house, &payment).await;
        assert_eq!(in_review.failure_code.as_deref(), Some("amount_mismatch"));
        let [.., settlements, invoices, _, _] = sizes(&house).await;
        assert_eq!((settlements, invoices), (0, 0));
        invariants::assert_hold(&house).await;

        assert_eq!(
            hear(&house, &paid(&payment, house.now())).await.unwrap(),
            Received::Done
        );
        assert_eq!(
            standing(&house, &order, &payment).await,
            (Completed, PaymentStatus::Paid)
        );
        assert_eq!(
            subscription_status(&house, &subscription).await,
            SubscriptionStatus::Active
        );
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_nobody_knows_is_set_aside_and_told_in_the_audit_trail() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let (order, payment) =
            order_being_paid(&mei, &once(&house).await, PaymentMethod::CreditCard, "k").await;
        let mut stray = paid(&payment, house.now());
        stray.merchant_trade_no = "FBSOMEBODYELSES00001".to_owned();
        assert_eq!(hear(&house, &stray).await.unwrap(), Received::Quarantined);
        assert_eq!(
            inbox(&house).await,
            [(NoticeState::Quarantined, Some("unknown_trade".to_owned()))]
        );
        assert_eq!(
            standing(&house, &order, &payment).await,
            (Processing, PaymentStatus::Pending)
        );
        let filter = domain::audit::AuditFilter {
            action: Some(domain::audit::ActionFilter::Exactly(
                "notice.quarantined".to_owned(),
            )),
            ..Default::default()
        };
        let lines = domain::audit::query::matching(house.job().actor(), &filter);
        let lines = lines.all(house.app.database.reader()).await.unwrap();
        let [line] = &lines[..] else {
            panic!("one line")
        };
        assert_eq!(line.outcome, AuditOutcome::Done);
        assert_eq!(line.details["reason"], "unknown_trade");
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_or_a_refusal_at_the_door_for_payments_is_never_taken_for_money() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let manual = once(&house).await;
        let (order, payment) = order_being_paid(&mei, &manual, PaymentMethod::Atm, "k1").await;
        let mut code = code_issued(&payment, house.now() + days(3));
        code.kind = entity::payments::NoticeKind::Payment;
        hear(&house, &code).await.unwrap();
        assert_eq!(
            standing(&house, &order, &payment).await,
            (OrderStatus::AwaitingPayment, PaymentStatus::AwaitingPayment)
        );
        let (order, payment) =
            order_being_paid(&mei, &manual, PaymentMethod::CreditCard, "k2").await;
        hear(&house, &declined(&payment)).await.unwrap();
        assert_eq!(
            standing(&house, &order, &payment).await,
            (Failed, PaymentStatus::Failed)
        );
        assert!(
            begin(&mei, order.id, PaymentMethod::CreditCard, "k3")
                .await
                .is_ok(),
            "the order can be tried again"
        );
        assert_eq!(sizes(&house).await[4], 0, "nothing was settled");
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_for_another_amount_is_looked_at_by_a_person() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let (order, payment) =
            order_being_paid(&mei, &once(&house).await, PaymentMethod::Atm, "k1").await;
        let mut code = code_issued(&payment, house.now() + days(3));
        code.amount = twd(PRICE + 1);
        assert_eq!(hear(&house, &code).await.unwrap(), Received::Quarantined);
        assert_eq!(
            standing(&house, &order, &payment).await,
            (Processing, PaymentStatus::Review)
        );
        assert_eq!(attempt(&house, &payment).await.virtual_account, None);
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rehearsal_moves_nothing_and_does_not_stand_in_for_the_real_notice() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let (order, payment) =
            order_being_paid(&mei, &once(&house).await, PaymentMethod::CreditCard, "k").await;
        let before = (
            scene::order(&house, &order).await,
            attempt(&house, &payment).await,
        );
        let rehearsal = rehearsed(&payment, house.now());
        assert_eq!(
            hear(&house, &rehearsal).await.unwrap(),
            Received::Quarantined
        );
        assert_eq!(
            inbox(&house).await,
            [(NoticeState::Quarantined, Some("simulated".to_owned()))]
        );
        let after = (
            scene::order(&house, &order).await,
            attempt(&house, &payment).await,
        );
        assert_eq!(after, before);
        hear(&house, &paid(&payment, house.now())).await.unwrap();
        assert_eq!(
            standing(&house, &order, &payment).await,
            (Completed, PaymentStatus::Paid)
        );
        invariants::assert_hold(&house).await;
    })
    .await;
}

/// Every order in which these can come.
fn permutations(items: &[usize]) -> Vec<Vec<usize>> {
    if items.len() < 2 {
        return vec![items.to_vec()];
    }
    let mut all = Vec::new();
    for (place, first) in items.iter().enumerate() {
        let mut rest = items.to_vec();
        rest.remove(place);
        for mut tail in permutations(&rest) {
            tail.insert(0, *first);
            all.push(tail);
        }
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn in_whatever_order_notices_come_the_attempt_is_paid_exactly_once() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let manual = once(&house).await;
        let orders = permutations(&[0, 1, 2, 3]);
        assert_eq!(orders.len(), 24);
        for (number, sequence) in (1i64..).zip(&orders) {
            let key = format!("{sequence:?}");
            let (order, payment) = order_being_paid(&mei, &manual, PaymentMethod::Atm, &key).await;
            let mut resent = paid(&payment, house.now());
            resent.fields = vec![("RtnMsg".to_owned(), "paid".to_owned())];
            let news = [
                code_issued(&payment, house.now() + days(3)),
                paid(&payment, house.now()),
                resent,
                declined(&payment),
            ];
            for index in sequence {
                assert_eq!(
                    hear(&house, &news[*index]).await.unwrap(),
                    Received::Done,
                    "{key}"
                );
            }
            assert_eq!(
                standing(&house, &order, &payment).await,
                (Completed, PaymentStatus::Paid),
                "{key}"
            );
            let [.., settlements, invoices, _, _] = sizes(&house).await;
            assert_eq!(
                (settlements, invoices),
                (number as u64, number as u64),
                "{key}"
            );
        }
        invariants::assert_hold(&house).await;
    })
    .await;
}
