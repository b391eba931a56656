//! Two things at the same instant: whoever comes first, it is one legal path, and nothing is done twice.

use std::collections::BTreeMap;

use domain::{
    base::Result,
    flows::{self, receive_notice::Received},
    ports::TradeState,
};
use entity::{
    orders::{OrderStatus, order},
    payments::{PaymentMethod, PaymentStatus, payment},
    plans::BillingCycle,
    subscriptions::SubscriptionStatus,
};
use sea_orm::DatabaseBackend;
use tokio::task::JoinHandle;

use crate::kit::{House, invariants, on_each_engine};

use super::scene::*;

/// How many races are run: a real server takes longer for each. `FABRICA_ROUNDS=full` is the long form, of a thousand.
fn races(house: &House) -> usize {
    let is_long = std::env::var("FABRICA_ROUNDS").as_deref() == Ok("full");
    match (is_long, house.app.database.engine()) {
        (true, _) => 1000,
        (false, DatabaseBackend::Sqlite) => 100,
        (false, _) => 40,
    }
}

fn hear_soon(house: &House, payment: &payment::Model) -> JoinHandle<Result<Received>> {
    let (op, money) = (house.callback(), paid(payment, house.now()));
    tokio::spawn(async move { flows::receive_notice(&op, &money).await })
}

/// Starts both, the second one first every other time. In the first two races whoever starts is done before the
/// other begins, so that each order of events is seen however the machine deals out its time.
async fn start<A, B>(
    race: usize,
    first: impl FnOnce() -> JoinHandle<A>,
    second: impl FnOnce() -> JoinHandle<B>,
) -> (JoinHandle<A>, JoinHandle<B>) {
    if race.is_multiple_of(2) {
        let first = first();
        finished(race, &first).await;
        (first, second())
    } else {
        let second = second();
        finished(race, &second).await;
        (first(), second)
    }
}

async fn finished<T>(race: usize, task: &JoinHandle<T>) {
    while race < 2 && !task.is_finished() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn cancelling_and_paying_at_once() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let mut outcomes = BTreeMap::new();
        for race in 0..races(&house) {
            let slug = format!("plan-{race}");
            let plan = plan(&house, &slug, PRICE, BillingCycle::Monthly).await;
            let (subscription, order) = subscribe(&mei, &plan, &format!("s{race}")).await.unwrap();
            let payment = begin(
                &mei,
                order.id,
                PaymentMethod::CreditCard,
                &format!("b{race}"),
            )
            .await;
            let payment = payment.unwrap();
            let (paying, cancelling) = start(
                race,
                || hear_soon(&house, &payment),
                || {
                    let op = mei.op.clone();
                    tokio::spawn(async move {
                        flows::cancel_order(&op, order.id, &format!("c{race}")).await
                    })
                },
            )
            .await;
            assert_eq!(paying.await.unwrap().unwrap(), Received::Done);
            let cancelled = cancelling.await.unwrap();
            let (order, payment) = standing(&house, &order, &payment).await;
            let subscription = subscription_status(&house, &subscription).await;
            let ended = (order, payment, subscription);
            match &cancelled {
                Ok(_) => assert_eq!(
                    ended,
                    (
                        OrderStatus::Cancelled,
                        PaymentStatus::PaidLate,
                        SubscriptionStatus::Cancelled
                    )
                ),
                Err(refused) => {
                    assert_eq!(refused.code(), "INVALID_STATE", "{refused:?}");
                    assert!(
                        refused.to_string().contains("COMPLETED"),
                        "it names the state"
                    );
                    assert_eq!(
                        ended,
                        (
                            OrderStatus::Completed,
                            PaymentStatus::Paid,
                            SubscriptionStatus::Active
                        )
                    );
                }
            }
            *outcomes.entry(cancelled.is_ok()).or_insert(0) += 1;
        }
        assert_eq!(
            outcomes.len(),
            2,
            "each of them won sometimes: {outcomes:?}"
        );
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn paying_and_expiring_at_once() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let manual = once(&house).await;
        for race in 0..races(&house) {
            let (order, payment) = order_being_paid(
                &mei,
                &manual,
                PaymentMethod::CreditCard,
                &format!("k{race}"),
            )
            .await;
            // The card was declined, so nothing holds the order; then its time is over.
            hear(&house, &declined(&payment)).await.unwrap();
            house.wait(days(1));
            let (paying, expiring) = start(
                race,
                || hear_soon(&house, &payment),
                || {
                    let op = house.job();
                    tokio::spawn(async move { flows::expire_orders(&op, 10).await })
                },
            )
            .await;
            assert_eq!(paying.await.unwrap().unwrap(), Received::Done);
            let expired = expiring.await.unwrap().unwrap();
            assert_eq!(
                standing(&house, &order, &payment).await,
                (OrderStatus::Completed, PaymentStatus::Paid),
                "{expired} expired"
            );
            let was_expired = moves(&house, order.id)
                .await
                .iter()
                .any(|step| step.contains("EXPIRED"));
            assert_eq!(was_expired, expired == 1);
        }
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_attempts_paid_at_once() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let manual = once(&house).await;
        for race in 0..races(&house) {
            let (order, card) = order_being_paid(
                &mei,
                &manual,
                PaymentMethod::CreditCard,
                &format!("k{race}"),
            )
            .await;
            let code = begin(&mei, order.id, PaymentMethod::Atm, &format!("b{race}"))
                .await
                .unwrap();
            let (first, second) = start(
                race,
                || hear_soon(&house, &card),
                || hear_soon(&house, &code),
            )
            .await;
            assert_eq!(first.await.unwrap().unwrap(), Received::Done);
            assert_eq!(second.await.unwrap().unwrap(), Received::Done);
            let (card, code) = (attempt(&house, &card).await, attempt(&house, &code).await);
            let mut ended = [card.status, code.status];
            ended.sort_by_key(|status| *status == PaymentStatus::PaidLate);
            assert_eq!(ended, [PaymentStatus::Paid, PaymentStatus::PaidLate]);
            let [.., settlements, invoices, _, _] = sizes(&house).await;
            assert_eq!((settlements, invoices), (race as u64 + 1, race as u64 + 1));
        }
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_notice_and_the_janitor_at_once() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let manual = once(&house).await;
        for race in 0..races(&house) {
            let (order, payment) = order_being_paid(
                &mei,
                &manual,
                PaymentMethod::CreditCard,
                &format!("k{race}"),
            )
            .await;
            gateway_knows(&house, &payment, TradeState::Paid { at: house.now() });
            wait_until_asked(&house, &payment).await;
            let (asking, paying) = start(
                race,
                || {
                    let op = house.job();
                    tokio::spawn(async move { flows::ask_about_due_payments(&op, 10).await })
                },
                || hear_soon(&house, &payment),
            )
            .await;
            assert_eq!(paying.await.unwrap().unwrap(), Received::Done);
            assert!(asking.await.unwrap().unwrap() <= 1);
            assert_eq!(
                standing(&house, &order, &payment).await,
                (OrderStatus::Completed, PaymentStatus::Paid)
            );
            assert_eq!(attempt(&house, &payment).await.version, 2, "moved once");
            assert_eq!(
                attempt(&house, &payment).await.next_check_at,
                None,
                "asked no more"
            );
        }
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn beginning_to_pay_and_expiring_at_once() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let manual = once(&house).await;
        for race in 0..races(&house) {
            let order = buy(&mei, &manual, 1, &format!("k{race}")).await.unwrap();
            // Begun in the last instant, while another replica's clock is past it already.
            let (beginning, expiring) = start(
                race,
                || {
                    let op = mei.op.clone();
                    let begin = flows::BeginPayment {
                        order_id: order.id,
                        method: PaymentMethod::Atm,
                    };
                    tokio::spawn(async move {
                        flows::begin_payment(&op, begin, &format!("b{race}")).await
                    })
                },
                || {
                    house.wait(days(1));
                    let op = house.job();
                    tokio::spawn(async move { flows::expire_orders(&op, 10).await })
                },
            )
            .await;
            let begun = beginning.await.unwrap();
            let expired = expiring.await.unwrap().unwrap();
            let order: order::Model = super::scene::order(&house, &order).await;
            match begun {
                Ok(begun) => {
                    assert_eq!((expired, order.status), (0, OrderStatus::Processing));
                    assert_eq!(order.expires_at, begun.payment.expires_at);
                }
                Err(refused) => {
                    assert!(
                        ["ORDER_EXPIRED", "INVALID_STATE"].contains(&refused.code()),
                        "{refused:?}"
                    );
                    assert_eq!((expired, order.status), (1, OrderStatus::Expired));
                }
            }
            // Whatever is left is called off, so that the next race has the clock for itself.
            let _ = flows::cancel_order(&mei.op, order.id, &format!("c{race}")).await;
        }
        invariants::assert_hold(&house).await;
    })
    .await;
}
