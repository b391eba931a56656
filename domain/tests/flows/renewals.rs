//! Subscriptions that go on: ordered ahead, paid, forgotten, reminded, given up.

use domain::flows::{self, CancelAt};
use entity::{
    base::event,
    orders::OrderStatus,
    payments::PaymentMethod,
    plans::BillingCycle,
    subscriptions::{SubscriptionStatus, subscription},
};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};

use crate::kit::{House, Person, invariants, on_each_engine};

use super::scene::{self, *};

/// Mei, subscribed to a plan of [`PRICE`] a month since noon of 20 November 2026.
async fn mei_subscribed(house: &House) -> (Person, subscription::Model) {
    let mei = house.customer("mei").await;
    let plan = monthly(house).await;
    let row = subscribed(house, &mei, &plan).await;
    (mei, row)
}

async fn count(house: &House, kind: &str) -> usize {
    let rows = event::Entity::find().filter(event::Column::Kind.eq(kind));
    rows.all(house.app.database.reader()).await.unwrap().len()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_period_is_ordered_three_days_ahead_and_begins_on_its_day() {
    on_each_engine(|house| async move {
        let (mei, row) = mei_subscribed(&house).await;
        pass(&house, 26).await;
        assert_eq!(renewals(&house, &row).await.len(), 0, "16 December");
        pass(&house, 1).await;
        let [order] = &renewals(&house, &row).await[..] else {
            panic!("one order on 17 December")
        };
        assert_eq!(order.status, OrderStatus::Pending);
        assert_eq!(order.total(), twd(PRICE));
        pay(&house, &mei, order).await;
        let paid_early = scene::subscription(&house, &row).await;
        assert_eq!(day(paid_early.paid_until_at), "2027-01-20");
        assert_eq!(day(paid_early.current_period_end), "2026-12-20");
        pass(&house, 3).await;
        assert_eq!(
            present_period(&house, &row).await,
            ("2026-12-20".to_owned(), "2027-01-20".to_owned())
        );
        let numbers: Vec<String> = invoices(&house)
            .await
            .into_iter()
            .map(|invoice| format!("{} {}", day(invoice.period_start), day(invoice.period_end)))
            .collect();
        assert_eq!(numbers, ["2026-11-20 2026-12-20", "2026-12-20 2027-01-20"]);
        assert_eq!(moves(&house, row.id).await.len(), 2, "it was always ACTIVE");
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fourteen_months_from_the_31st_keep_the_31st() {
    on_each_engine(|house| async move {
        house.wait(days(72)); // 31 January 2027
        let (mei, row) = mei_subscribed(&house).await;
        let mut starts = Vec::new();
        while starts.len() < 14 {
            let (start, _) = present_period(&house, &row).await;
            if starts.last() != Some(&start) {
                starts.push(start);
            }
            pass(&house, 1).await;
            for order in renewals(&house, &row).await {
                if order.status == OrderStatus::Pending {
                    pay(&house, &mei, &order).await;
                }
            }
        }
        let expected = [
            "2027-01-31",
            "2027-02-28",
            "2027-03-31",
            "2027-04-30",
            "2027-05-31",
            "2027-06-30",
            "2027-07-31",
            "2027-08-31",
            "2027-09-30",
            "2027-10-31",
            "2027-11-30",
            "2027-12-31",
            "2028-01-31",
            "2028-02-29",
        ];
        assert_eq!(starts, expected);
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_does_not_pay_is_reminded_four_times_and_loses_the_subscription() {
    on_each_engine(|house| async move {
        let (mei, row) = mei_subscribed(&house).await;
        pass(&house, 30).await; // 20 December
        assert_eq!(
            subscription_status(&house, &row).await,
            SubscriptionStatus::PastDue
        );
        pass(&house, 7).await;
        assert_eq!(count(&house, "subscription.payment_reminded").await, 4);
        assert_eq!(
            subscription_status(&house, &row).await,
            SubscriptionStatus::PastDue
        );
        pass(&house, 1).await;
        let [order] = &renewals(&house, &row).await[..] else {
            panic!("one order")
        };
        assert_eq!(order.status, OrderStatus::Expired);
        assert_eq!(
            subscription_status(&house, &row).await,
            SubscriptionStatus::Expired
        );
        pass(&house, 90).await;
        assert_eq!(renewals(&house, &row).await.len(), 1, "nothing follows");
        assert_eq!(invoices(&house).await.len(), 1);
        let plan = plan(&house, "other", PRICE, BillingCycle::Monthly).await;
        subscribed(&house, &mei, &plan).await;
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_pays_late_gets_the_period_that_was_due() {
    on_each_engine(|house| async move {
        let (mei, row) = mei_subscribed(&house).await;
        pass(&house, 35).await; // 25 December
        let order = renewals(&house, &row).await.remove(0);
        pay(&house, &mei, &order).await;
        assert_eq!(
            subscription_status(&house, &row).await,
            SubscriptionStatus::Active
        );
        assert_eq!(
            present_period(&house, &row).await,
            ("2026-12-20".to_owned(), "2027-01-20".to_owned())
        );
        let now = scene::subscription(&house, &row).await;
        assert_eq!((now.dunning_step, now.past_due_at), (0, None));
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn money_on_its_way_keeps_a_subscription_from_being_given_up() {
    on_each_engine(|house| async move {
        let (mei, row) = mei_subscribed(&house).await;
        pass(&house, 36).await; // 26 December, a day before the end
        let order = renewals(&house, &row).await.remove(0);
        let payment = begin(&mei, order.id, PaymentMethod::Barcode, "barcode")
            .await
            .unwrap();
        let until = house.now() + days(7);
        hear(&house, &code_issued(&payment, until)).await.unwrap();
        pass(&house, 6).await; // 1 January
        assert_eq!(
            subscription_status(&house, &row).await,
            SubscriptionStatus::PastDue
        );
        hear(&house, &paid(&payment, house.now())).await.unwrap();
        assert_eq!(
            subscription_status(&house, &row).await,
            SubscriptionStatus::Active
        );
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_whose_renewal_is_off_runs_out() {
    on_each_engine(|house| async move {
        let (mei, row) = mei_subscribed(&house).await;
        pass(&house, 27).await;
        let ordered = renewals(&house, &row).await.remove(0);
        flows::set_auto_renew(&mei.op, row.id, false, "renew 1")
            .await
            .unwrap();
        assert_eq!(order(&house, &ordered).await.status, OrderStatus::Cancelled);
        let on_again = flows::set_auto_renew(&mei.op, row.id, true, "renew 2")
            .await
            .unwrap();
        assert!(on_again.auto_renew);
        tick(&house).await;
        let second = renewals(&house, &row).await.remove(0);
        assert_ne!(second.id, ordered.id, "another order takes its place");
        flows::set_auto_renew(&mei.op, row.id, false, "renew 3")
            .await
            .unwrap();
        pass(&house, 3).await;
        let over = scene::subscription(&house, &row).await;
        assert_eq!(over.status, SubscriptionStatus::Expired);
        assert_eq!(over.ended_at, row.current_period_end);
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancellation_waits_for_the_period_s_end_and_can_be_taken_back() {
    on_each_engine(|house| async move {
        let (mei, row) = mei_subscribed(&house).await;
        let at = CancelAt::PeriodEnd;
        let cancel = |key| flows::cancel_subscription(&mei.op, row.id, at, key);
        let asked = cancel("c1").await.unwrap();
        assert_eq!(asked.status, SubscriptionStatus::Active);
        assert!(asked.cancel_at_period_end && !asked.auto_renew);
        let back = flows::resume_subscription(&mei.op, row.id).await.unwrap();
        assert!(!back.cancel_at_period_end && back.auto_renew);
        assert_eq!(back.cancelled_at, None);
        cancel("c2").await.unwrap();
        pass(&house, 30).await;
        let over = scene::subscription(&house, &row).await;
        assert_eq!(over.status, SubscriptionStatus::Cancelled);
        assert_eq!(renewals(&house, &row).await.len(), 0);
        let again = cancel("c3").await.unwrap();
        assert_eq!(again.version, over.version, "a repeat is a success");
        let resumed = flows::resume_subscription(&mei.op, row.id).await;
        assert_eq!(refusal(resumed), "INVALID_STATE");
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancellation_now_takes_the_open_order_along() {
    on_each_engine(|house| async move {
        let (mei, row) = mei_subscribed(&house).await;
        pass(&house, 31).await;
        let ordered = renewals(&house, &row).await.remove(0);
        let refused = flows::cancel_order(&mei.op, ordered.id, "o").await;
        assert_eq!(refusal(refused), "INVALID_STATE", "that is not the way");
        let over = flows::cancel_subscription(&mei.op, row.id, CancelAt::Now, "c").await;
        assert_eq!(over.unwrap().status, SubscriptionStatus::Cancelled);
        assert_eq!(order(&house, &ordered).await.status, OrderStatus::Cancelled);
        let lin = house.customer("lin").await;
        let theirs = flows::cancel_subscription(&lin.op, row.id, CancelAt::Now, "c").await;
        assert_eq!(refusal(theirs), "NOT_FOUND");
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_that_was_never_paid_is_cancelled_with_its_order() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let (row, first) = subscribe(&mei, &monthly(&house).await, "s").await.unwrap();
        let at = CancelAt::PeriodEnd;
        let over = flows::cancel_subscription(&mei.op, row.id, at, "c").await;
        assert_eq!(over.unwrap().status, SubscriptionStatus::Cancelled);
        assert_eq!(order(&house, &first).await.status, OrderStatus::Cancelled);
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn three_replicas_that_tick_at_once_order_a_period_once() {
    on_each_engine(|house| async move {
        let (_, row) = mei_subscribed(&house).await;
        house.wait(days(29));
        let ticks = (0..3).map(|_| {
            let op = house.job();
            tokio::spawn(async move { flows::renew_subscriptions(&op, 100).await })
        });
        for tick in ticks.collect::<Vec<_>>() {
            tick.await.unwrap().unwrap();
        }
        assert_eq!(renewals(&house, &row).await.len(), 1);
        assert_eq!(count(&house, "subscription.renewal_ordered").await, 1);
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn weeks_that_the_clockwork_slept_through_are_billed_oldest_first_with_one_reminder() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let weekly = plan(&house, "weekly", PRICE, BillingCycle::Weekly).await;
        let row = subscribed(&house, &mei, &weekly).await;
        house.wait(days(21));
        for expected in ["2026-11-27", "2026-12-04", "2026-12-11"] {
            tick(&house).await;
            let due: Vec<_> = renewals(&house, &row)
                .await
                .into_iter()
                .filter(|order| order.status == OrderStatus::Pending)
                .collect();
            let [due] = &due[..] else {
                panic!("one at a time: {due:?}")
            };
            pay(&house, &mei, due).await;
            assert_eq!(present_period(&house, &row).await.0, expected);
        }
        assert_eq!(count(&house, "subscription.payment_reminded").await, 0);
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn missed_rungs_of_the_ladder_are_told_once() {
    on_each_engine(|house| async move {
        let (_, row) = mei_subscribed(&house).await;
        pass(&house, 30).await;
        house.wait(days(6));
        tick(&house).await;
        assert_eq!(count(&house, "subscription.payment_reminded").await, 1);
        let now = scene::subscription(&house, &row).await;
        assert_eq!(now.dunning_step, 3, "days 1, 3 and 5 are over");
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_jumps_ahead_and_back_bills_nothing_twice() {
    on_each_engine(|house| async move {
        let (mei, row) = mei_subscribed(&house).await;
        pass(&house, 27).await;
        let first = renewals(&house, &row).await.remove(0);
        pay(&house, &mei, &first).await;
        pass(&house, 4).await;
        house.wait(days(-2));
        tick(&house).await;
        pass(&house, 3).await;
        assert_eq!(renewals(&house, &row).await.len(), 1);
        assert_eq!(present_period(&house, &row).await.0, "2026-12-20");
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_broken_subscription_is_parked_and_holds_nobody_up() {
    on_each_engine(|house| async move {
        let (_, broken) = mei_subscribed(&house).await;
        let lin = house.customer("lin").await;
        let other = plan(&house, "other", PRICE, BillingCycle::Monthly).await;
        let sound = subscribed(&house, &lin, &other).await;
        subscription::ActiveModel {
            id: Set(broken.id),
            next_plan_version_id: Set(Some(domain::base::Op::new_id(&house.job()))),
            ..Default::default()
        }
        .update(house.app.database.writer())
        .await
        .unwrap();
        pass(&house, 28).await;
        assert_eq!(renewals(&house, &sound).await.len(), 1);
        let tried = scene::subscription(&house, &broken).await;
        assert_eq!(tried.failures, 1 + 1, "on 17 and 18 December");
        pass(&house, 9).await;
        let parked = scene::subscription(&house, &broken).await;
        assert_eq!((parked.failures, parked.due_at), (10, None));
        assert_eq!(parked.last_error.as_deref(), Some("NOT_FOUND"));
        assert_eq!(count(&house, "subscription.parked").await, 1);
        invariants::assert_hold(&house).await;
    })
    .await;
}
