//! A shop whose process is killed every week, whose gateway falls silent, and whose customers are declined.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Instant,
};

use chrono::Duration;
use domain::{base::Error, flows, ports::TradeState};
use entity::{
    orders::{OrderStatus, order},
    payments::PaymentMethod,
    plans::plan,
    subscriptions::{SubscriptionStatus, subscription},
    users::user,
};
use sea_orm::EntityTrait;

use crate::{
    kit::{self, House, invariants},
    scene::{self, days},
};

use super::{dice::Dice, people};

/// The run of every build, and with `FABRICA_YEARS=full` the whole one.
fn subscriptions() -> usize {
    match std::env::var("FABRICA_YEARS").as_deref() {
        Ok("full") => 1000,
        _ => 100,
    }
}

const DAYS: u32 = 400;

/// Work that is killed after so many steps of it, wherever it is then: what was not committed did not happen.
struct Mortal<'w> {
    work: Pin<Box<dyn Future<Output = ()> + Send + 'w>>,
    steps: u64,
}

impl Future for Mortal<'_> {
    /// Whether it was finished.
    type Output = bool;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<bool> {
        if self.steps == 0 {
            return Poll::Ready(false);
        }
        self.steps -= 1;
        self.work.as_mut().poll(context).map(|()| true)
    }
}

/// What the clockwork does, until there is nothing left to do at this hour.
async fn clockwork(house: &House) {
    let op = house.job();
    let mut left = 1;
    while left > 0 {
        left = flows::renew_subscriptions(&op, 100).await.unwrap();
        left += flows::ask_about_due_payments(&op, 100).await.unwrap();
        left += flows::expire_orders(&op, 100).await.unwrap();
    }
}

/// The customers of this order do something about it, or not.
async fn customer(house: &House, order: &order::Model, user: &user::Model, dice: &mut Dice) {
    let is_on_its_way = matches!(
        order.status,
        OrderStatus::Processing | OrderStatus::AwaitingPayment
    );
    if is_on_its_way || dice.once_in(3) {
        return;
    }
    let who = people::at_the_door(house, user, None).await;
    let key = format!("{} {}", order.id, house.now());
    let begun = scene::begin(&who, order.id, PaymentMethod::CreditCard, &key).await;
    let attempt = match begun {
        Ok(attempt) => attempt,
        Err(Error::Refused { .. }) => return,
        Err(error) => panic!("{error:?}"),
    };
    if dice.once_in(5) {
        let no = scene::declined(&attempt);
        scene::hear(house, &no).await.unwrap();
        return;
    }
    // Whatever becomes of the notice, the gateway has the money.
    scene::gateway_knows(house, &attempt, TradeState::Paid { at: house.now() });
    if !dice.once_in(4) {
        let yes = scene::paid(&attempt, house.now());
        scene::hear(house, &yes).await.unwrap();
    }
}

async fn a_day(house: &House, people: &[user::Model], dice: &mut Dice) {
    clockwork(house).await;
    for order in people::payable(house, None).await {
        let user = people.iter().find(|user| user.id == order.user_id);
        customer(house, &order, user.unwrap(), dice).await;
    }
}

async fn four_hundred_days(house: &House, plan: &plan::Model) {
    let people = people::crowd(house, subscriptions()).await;
    for user in &people {
        let who = people::at_the_door(house, user, None).await;
        let row = people::order_plan(&who, plan, "first").await;
        let order = &people::payable(house, Some(user.id)).await[0];
        scene::pay(house, &who, order).await;
        assert_eq!(
            scene::subscription_status(house, &row).await,
            SubscriptionStatus::Active
        );
    }
    let mut dice = Dice::new(7);
    let mut killed = 0;
    for day in 0..DAYS {
        house.wait(Duration::days(1));
        house.gateway.falls_silent(dice.once_in(6));
        if day % 7 == 6 {
            let steps = 1 + dice.below(600);
            let work = Box::pin(a_day(house, &people, &mut dice));
            killed += u32::from(!Mortal { work, steps }.await);
        }
        // Who was killed is started again.
        a_day(house, &people, &mut dice).await;
    }
    assert!(killed > 40, "killed {killed} times");
    house.gateway.falls_silent(false);
    house.wait(days(2));
    clockwork(house).await;
}

async fn check(house: &House) {
    invariants::assert_hold(house).await;
    let rows = subscription::Entity::find().all(house.app.database.reader());
    let rows = rows.await.unwrap();
    assert_eq!(rows.len(), subscriptions());
    assert!(rows.iter().all(|row| row.failures == 0), "none is parked");
    let mut invoices = scene::invoices(house).await;
    invoices.sort_by_key(|invoice| (invoice.subscription_id, invoice.period_start));
    let mut alive = 0;
    for row in &rows {
        let of_it =
            |invoice: &&entity::invoices::invoice::Model| invoice.subscription_id == Some(row.id);
        let periods: Vec<_> = invoices.iter().filter(of_it).collect();
        assert_eq!(periods[0].period_start, row.started_at);
        for pair in periods.windows(2) {
            assert_eq!(pair[0].period_end, pair[1].period_start, "{}", row.id);
        }
        let last = periods[periods.len() - 1];
        assert_eq!(last.period_end, row.paid_until_at, "{}", row.id);
        if row.status == SubscriptionStatus::Active {
            alive += 1;
            assert!(
                periods.len() >= 13,
                "{}: {} invoices",
                row.id,
                periods.len()
            );
        }
    }
    eprintln!(
        "{alive} of {} live, {} invoices",
        rows.len(),
        invoices.len()
    );
    assert!(alive > rows.len() / 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_paid_period_has_one_invoice_and_no_gap_although_the_process_is_killed_every_week() {
    let began = Instant::now();
    kit::on_sqlite_in_memory(|house| async move {
        let plan = scene::monthly(&house).await;
        Box::pin(four_hundred_days(&house, &plan)).await;
        check(&house).await;
    })
    .await;
    eprintln!(
        "{} subscriptions, {DAYS} days: {:?}",
        subscriptions(),
        began.elapsed()
    );
}
