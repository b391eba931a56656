//! Periods that were missed or that lie at odd hours: each is billed once, at the price that was agreed on for it.

use chrono::{DateTime, Duration, Utc};
use domain::{
    flows::{self, ChangeMode, ChangePlan},
    plans::{self, PlanChanges},
};
use entity::{
    money::Money,
    orders::{OrderStatus, order},
    plans::{BillingCycle, plan},
    subscriptions::subscription,
};

use crate::kit::{House, Person, invariants, on_each_engine};

use super::scene::{self, *};

/// The orders of further periods that wait to be paid.
async fn due(house: &House, row: &subscription::Model) -> Vec<order::Model> {
    let mut orders = renewals(house, row).await;
    orders.retain(|order| order.status == OrderStatus::Pending);
    orders
}

async fn costs_from_now_on(house: &House, plan: &plan::Model, price: i64) {
    let changes = PlanChanges {
        price: Some(twd(price)),
        ..PlanChanges::default()
    };
    let changed = plans::update_plan(&house.job(), plan.id, changes).await;
    changed.unwrap();
}

/// Pays what is due, one period after the other; what each cost.
async fn catch_up(house: &House, who: &Person, row: &subscription::Model) -> Vec<Money> {
    let mut paid = Vec::new();
    loop {
        tick(house).await;
        let waiting = due(house, row).await;
        let [order] = &waiting[..] else {
            assert_eq!(waiting.len(), 0, "one at a time");
            return paid;
        };
        pay(house, who, order).await;
        paid.push(order.total());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missed_period_costs_what_was_agreed_on_whatever_the_plan_costs_by_then() {
    on_each_engine(|house| async move {
        // Given a week of 100 when it was bought, which costs 150 a day later
        let mei = house.customer("mei").await;
        let weekly = plan(&house, "weekly", 100, BillingCycle::Weekly).await;
        let row = subscribed(&house, &mei, &weekly).await;
        house.wait(days(1));
        costs_from_now_on(&house, &weekly, 150).await;

        // When nobody was there for three weeks, in which it goes up once more
        house.wait(days(13));
        costs_from_now_on(&house, &weekly, 200).await;
        house.wait(days(10));

        // Then each week is billed at the price that she agreed on, and nobody else's
        let agreed = catch_up(&house, &mei, &row).await;
        assert_eq!(agreed, [twd(100); 3]);
        let kim = house.customer("kim").await;
        let (_, dear) = subscribe(&kim, &weekly, "s").await.unwrap();
        assert_eq!(dear.total(), twd(200));
        invariants::assert_hold(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_waits_for_the_period_s_end_holds_from_the_first_missed_period_on() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let small = plan(&house, "small", 100, BillingCycle::Weekly).await;
        let large = plan(&house, "large", 300, BillingCycle::Weekly).await;
        let row = subscribed(&house, &mei, &small).await;
        let change = ChangePlan {
            subscription_id: row.id,
            plan_id: large.id,
            mode: ChangeMode::PeriodEnd,
            preview_token: None,
        };
        flows::change_plan(&mei.op, change, "c").await.unwrap();
        house.wait(days(24));
        assert_eq!(catch_up(&house, &mei, &row).await, [twd(300); 3]);
        assert_eq!(present_period(&house, &row).await.0, "2026-12-11");
        invariants::assert_hold(&house).await;
    })
    .await;
}

/// What a clock on a wall in New York shows 02:30 twice or never at: the instants around both changes of 2027.
const ODD_HOURS: [&str; 6] = [
    "2027-03-14T06:30:00Z",
    "2027-03-14T07:00:00Z",
    "2027-03-14T07:30:00Z",
    "2027-11-07T05:30:00Z",
    "2027-11-07T06:00:00Z",
    "2027-11-07T06:30:00Z",
];

#[tokio::test(flavor = "multi_thread")]
async fn an_hour_that_a_summer_time_skips_or_repeats_renews_like_any_other() {
    on_each_engine(|house| async move {
        let weekly = plan(&house, "weekly", PRICE, BillingCycle::Weekly).await;
        let mut lives = Vec::new();
        for (number, hour) in ODD_HOURS.iter().enumerate() {
            // Given somebody whose week ends in that hour
            let ends: DateTime<Utc> = hour.parse().unwrap();
            house.wait(ends - days(7) - house.now());
            let who = house.customer(&format!("shopper{number}")).await;
            let row = subscribed(&house, &who, &weekly).await;
            assert_eq!(row.current_period_end, Some(ends));
            lives.push((who, row, ends));
        }
        // When the clockwork looks every half hour, as the clock goes through it
        for (who, row, ends) in lives {
            house.wait(ends - days(1) - house.now());
            tick(&house).await;
            let [ordered] = &due(&house, &row).await[..] else {
                panic!("one order for {ends}")
            };
            pay(&house, &who, ordered).await;
            house.wait(Duration::hours(22));
            for _ in 0..8 {
                house.wait(Duration::minutes(30));
                tick(&house).await;
            }
            // Then there is one further period, and it is seven days of 24 hours
            let renewed = scene::subscription(&house, &row).await;
            assert_eq!(renewals(&house, &row).await.len(), 1, "{ends}");
            assert_eq!(renewed.current_period_start, Some(ends));
            assert_eq!(renewed.current_period_end, Some(ends + days(7)));
        }
    })
    .await;
}
