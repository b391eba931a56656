//! The process is killed at every single point of settling, refunding and renewing: after each statement, before and
//! after each commit, before and after each call of the gateway. Whatever comes next (the gateway again, the same
//! request again, the clockwork) finishes the work, once.

use std::collections::BTreeSet;

use chrono::Duration;
use domain::{
    base::fault::killed_at,
    flows::{self, CancelAt},
    ports::TradeState,
};
use entity::{
    orders::{OrderStatus::Completed, order},
    payments::{PaymentMethod, PaymentStatus::Paid, payment},
    plans::plan,
    refunds::{CardAction::Refund, RefundStatus},
    subscriptions::SubscriptionStatus,
};

use crate::kit::{House, Person, invariants, on_each_engine};

use super::{
    refund_scene::*,
    scene::{self, *},
};

/// What the work was killed at, and how often.
#[derive(Default)]
struct Kills {
    names: BTreeSet<&'static str>,
    count: u64,
}

impl Kills {
    /// Takes note of how a try ended; whether there is a next point to be killed at.
    fn note<T>(&mut self, ended: &Result<T, &'static str>) -> bool {
        if let Err(name) = ended {
            self.names.insert(name);
            self.count += 1;
        }
        ended.is_err()
    }

    fn must_be(&self, names: &[&str], at_least: u64) {
        eprintln!("killed {} times, at {:?}", self.count, self.names);
        let expected: BTreeSet<&str> = names.iter().copied().collect();
        assert_eq!(self.names, expected);
        assert!(self.count >= at_least, "only {} points", self.count);
    }
}

async fn settled_once(house: &House, order: &order::Model, payment: &payment::Model) {
    assert_eq!(standing(house, order, payment).await, (Completed, Paid));
    let settlements = settlements(house).await.into_iter();
    let of_it = settlements.filter(|row| row.order_id == order.id);
    assert_eq!(of_it.count(), 1);
    let invoices = invoices(house).await.into_iter();
    assert_eq!(invoices.filter(|row| row.order_id == order.id).count(), 1);
}

/// The next order of mei's, and an attempt to pay it.
async fn next(mei: &Person, plan: &plan::Model, nth: u64) -> Purchase {
    let key = format!("key {nth}");
    let (order, payment) = order_being_paid(mei, plan, PaymentMethod::CreditCard, &key).await;
    Purchase { order, payment }
}

struct Purchase {
    order: order::Model,
    payment: payment::Model,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_settlement_killed_at_any_point_is_finished_by_the_notice_that_comes_again() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let plan = once(&house).await;
        let mut kills = Kills::default();
        for nth in 1.. {
            let Purchase { order, payment } = next(&mei, &plan, nth).await;
            let notice = paid(&payment, house.now());
            let ended = killed_at(nth, Box::pin(hear(&house, &notice))).await;
            hear(&house, &notice).await.unwrap();
            settled_once(&house, &order, &payment).await;
            if !kills.note(&ended) {
                break;
            }
        }
        kills.must_be(&["commit", "committed", "statement"], 20);
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_killed_at_any_point_is_asked_again_and_settles_once() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let plan = once(&house).await;
        let mut kills = Kills::default();
        for nth in 1.. {
            // Given a notice that is lost for ever
            let Purchase { order, payment } = next(&mei, &plan, nth).await;
            gateway_knows(&house, &payment, TradeState::Paid { at: house.now() });
            wait_until_asked(&house, &payment).await;
            let ended = killed_at(nth, Box::pin(janitor(&house))).await;
            // then a later round finds the payment, unless this one had
            house.wait(Duration::hours(1));
            janitor(&house).await;
            settled_once(&house, &order, &payment).await;
            if !kills.note(&ended) {
                break;
            }
        }
        let names = ["answered", "call", "commit", "committed", "statement"];
        kills.must_be(&names, 20);
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_killed_at_any_point_gives_the_money_back_once() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let plan = once(&house).await;
        let wei = wei(&house).await;
        let mut kills = Kills::default();
        for nth in 1.. {
            let Purchase { payment, .. } = next(&mei, &plan, nth).await;
            hear(&house, &paid(&payment, house.now())).await.unwrap();
            let payment = attempt(&house, &payment).await;
            let key = format!("refund {nth}");
            let ended = killed_at(nth, Box::pin(refund(&wei, &payment, None, &key))).await;
            // When staff press the button again, and the clockwork goes on
            let row = refund(&wei, &payment, None, &key).await.unwrap();
            let mut rounds = 0;
            while now_of(&house, &row).await.status != RefundStatus::Succeeded {
                rounds += 1;
                assert!(rounds < 20, "killed at point {nth} ({ended:?}): {row:?}");
                round_after(&house, Duration::minutes(4)).await;
            }
            let card = house.gateway.cards.card(&payment.merchant_trade_no);
            assert_eq!(card.refunds, [PRICE], "killed at point {nth} ({ended:?})");
            if !kills.note(&ended) {
                break;
            }
        }
        assert!(told(&house).iter().all(|what| *what == (Refund, PRICE)));
        let names = ["answered", "call", "commit", "committed", "statement"];
        kills.must_be(&names, 30);
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renewal_killed_at_any_point_orders_and_begins_each_period_once() {
    on_each_engine(|house| async move {
        let mut kills = Kills::default();
        for nth in 1.. {
            // Given a subscription whose next period is to be ordered today
            let mei = house.customer(&format!("mei{nth}")).await;
            let slug = format!("pro-{nth}");
            let cycle = entity::plans::BillingCycle::Monthly;
            let plan = scene::plan(&house, &slug, PRICE, cycle).await;
            let row = subscribed(&house, &mei, &plan).await;
            let end = row.current_period_end.unwrap();
            house.wait(end - Duration::days(3) - house.now());
            let ordering = killed_at(nth, Box::pin(tick(&house))).await;
            house.wait(Duration::hours(1));
            tick(&house).await;
            let [order] = &renewals(&house, &row).await[..] else {
                panic!("not one order, killed at point {nth} ({ordering:?})")
            };
            // paid, and begun on its day
            pay(&house, &mei, order).await;
            house.wait(end - house.now());
            let beginning = killed_at(nth, Box::pin(tick(&house))).await;
            house.wait(Duration::hours(1));
            tick(&house).await;
            let begun = scene::subscription(&house, &row).await;
            assert_eq!(begun.status, SubscriptionStatus::Active);
            assert_eq!(begun.current_period_start, Some(end), "{beginning:?}");
            assert_eq!(renewals(&house, &row).await.len(), 1);
            let over = flows::cancel_subscription(&mei.op, row.id, CancelAt::Now, "over").await;
            assert_eq!(over.unwrap().status, SubscriptionStatus::Cancelled);
            let goes_on = [kills.note(&ordering), kills.note(&beginning)];
            if goes_on == [false, false] {
                break;
            }
        }
        kills.must_be(&["commit", "committed", "statement"], 15);
        invariants::assert_hold(&house).await;
    })
    .await;
}
