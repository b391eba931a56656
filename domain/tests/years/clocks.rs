//! Fifty customers on fifty clocks through three years, twice, with the same story both times.

use std::{collections::HashMap, time::Instant};

use chrono::{DateTime, Utc};
use domain::{
    flows::{self, CancelAt},
    test_clocks::{self, NewTestClock},
};
use entity::{
    base::{event, test_clock},
    payments::PaymentMethod,
    plans::{BillingCycle, plan},
    subscriptions::{SubscriptionStatus, subscription},
    users::user,
};
use sea_orm::{EntityTrait, QueryOrder};
use tokio::sync::mpsc;

use crate::{
    kit::{self, House, Person, invariants},
    scene::{self, days},
};

use super::{dice::Dice, people};

const CUSTOMERS: usize = 50;
const YEARS: i64 = 3;

/// What somebody does with an order that waits to be paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Habit {
    PaysAtOnce,
    PaysWhenReminded,
    IsDeclinedFirst,
    StopsInTheSecondYear,
    PausesNowAndThen,
    CancelsAndComesBack,
}

const HABITS: [Habit; 6] = [
    Habit::PaysAtOnce,
    Habit::PaysWhenReminded,
    Habit::IsDeclinedFirst,
    Habit::StopsInTheSecondYear,
    Habit::PausesNowAndThen,
    Habit::CancelsAndComesBack,
];

/// Somebody, and the clock they live by.
struct Life {
    user: user::Model,
    clock: test_clock::Model,
    habit: Habit,
    row: subscription::Model,
    clicks: u32,
}

impl Life {
    fn key(&mut self) -> String {
        self.clicks += 1;
        format!("click {}", self.clicks)
    }

    async fn at_the_door(&self, house: &House) -> Person {
        people::at_the_door(house, &self.user, Some(self.clock.id)).await
    }

    /// Begins to pay each open order, and has the gateway answer.
    async fn pay(&mut self, house: &House) {
        let who = self.at_the_door(house).await;
        for order in people::payable(house, Some(self.user.id)).await {
            if self.habit == Habit::IsDeclinedFirst {
                let card = PaymentMethod::CreditCard;
                let first = scene::begin(&who, order.id, card, &self.key()).await;
                let no = scene::declined(&first.unwrap());
                scene::hear(house, &no).await.unwrap();
            }
            let card = PaymentMethod::CreditCard;
            let attempt = scene::begin(&who, order.id, card, &self.key()).await;
            let yes = scene::paid(&attempt.unwrap(), house.now());
            scene::hear(house, &yes).await.unwrap();
        }
    }

    /// What they do when they look at their subscription.
    async fn act(&mut self, house: &House, dice: &mut Dice, plan: &plan::Model) {
        let age = self.clock.shows - house.now();
        let is_over = matches!(
            self.row.status,
            SubscriptionStatus::Cancelled | SubscriptionStatus::Expired
        );
        match self.habit {
            Habit::PaysWhenReminded if self.row.status != SubscriptionStatus::PastDue => {}
            Habit::StopsInTheSecondYear if age > days(500) => {}
            Habit::CancelsAndComesBack if is_over => {
                let who = self.at_the_door(house).await;
                self.row = people::order_plan(&who, plan, &self.key()).await;
                self.pay(house).await;
            }
            Habit::CancelsAndComesBack if dice.once_in(12) => {
                let who = self.at_the_door(house).await;
                let end = CancelAt::PeriodEnd;
                flows::cancel_subscription(&who.op, self.row.id, end, &self.key())
                    .await
                    .unwrap();
            }
            Habit::PausesNowAndThen if self.may_pause() && dice.once_in(6) => {
                let who = self.at_the_door(house).await;
                let until = self.clock.shows + days(40);
                flows::pause_subscription(&who.op, self.row.id, Some(until))
                    .await
                    .unwrap();
            }
            _ => self.pay(house).await,
        }
    }

    fn may_pause(&self) -> bool {
        self.row.status == SubscriptionStatus::Active
            && self.row.paid_until_at == self.row.current_period_end
    }

    /// Lets time pass to the next day on which something happens, or by a month.
    async fn go_on(&mut self, house: &House, until: DateTime<Utc>) {
        self.row = scene::subscription(house, &self.row).await;
        let later = self.clock.shows + days(30);
        let to = self
            .row
            .due_at
            .unwrap_or(later)
            .clamp(self.clock.shows, until);
        let op = house.job();
        test_clocks::advance_test_clock(&op, self.clock.id, to)
            .await
            .unwrap();
        flows::move_test_clocks(&op, 1000).await.unwrap();
        self.clock = test_clocks::query::get(&op, self.clock.id).await.unwrap();
        assert_eq!((self.clock.shows, self.clock.moving_to), (to, None));
        self.row = scene::subscription(house, &self.row).await;
    }
}

async fn births(house: &House, dice: &mut Dice, plans: &[plan::Model]) -> Vec<(Life, plan::Model)> {
    let op = house.job();
    let mut lives = Vec::new();
    for (number, user) in people::crowd(house, CUSTOMERS)
        .await
        .into_iter()
        .enumerate()
    {
        let new = NewTestClock {
            name: format!("Life {number}"),
            starts_at: None,
        };
        let clock = test_clocks::create_test_clock(&op, new).await.unwrap();
        flows::attach_to_test_clock(&op, user.id, clock.id)
            .await
            .unwrap();
        let plan = &plans[usize::from(dice.once_in(10))];
        let who = people::at_the_door(house, &user, Some(clock.id)).await;
        let row = people::order_plan(&who, plan, "first").await;
        let mut life = Life {
            user,
            clock,
            habit: HABITS[number % HABITS.len()],
            row,
            clicks: 0,
        };
        life.pay(house).await;
        lives.push((life, plan.clone()));
    }
    lives
}

/// What everybody was told, in the order in which it was sent; each person's mails go on from day to day.
fn letters(house: &House) -> Vec<String> {
    let mut latest = HashMap::new();
    let sent = house.mailer.sent().into_iter();
    sent.map(|mail| {
        let before = latest.insert(mail.to.address.clone(), mail.date);
        assert!(before <= Some(mail.date), "{before:?} before {}", mail.date);
        let (to, words) = (mail.to.address, mail.words);
        format!(
            "{} mail {} to {to}: {}",
            mail.date, words.subject, words.text
        )
    })
    .collect()
}

/// What happened, word for word.
async fn story(house: &House) -> Vec<String> {
    let rows = event::Entity::find().order_by_asc(event::Column::Id);
    let rows = rows.all(house.app.database.reader()).await.unwrap();
    let told = |row: event::Model| {
        format!(
            "{} {} {} {}",
            row.occurred_at, row.kind, row.subject, row.payload
        )
    };
    rows.into_iter().map(told).collect()
}

async fn three_years(house: &House) -> Vec<String> {
    let mut dice = Dice::new(20_261_120);
    let plans = [
        scene::plan(house, "month", 899, BillingCycle::Monthly).await,
        scene::plan(house, "quarter", 2399, BillingCycle::Quarterly).await,
    ];
    let until = house.now() + days(365 * YEARS);
    for (mut life, plan) in births(house, &mut dice, &plans).await {
        while life.clock.shows < until {
            life.go_on(house, until).await;
            life.act(house, &mut dice, &plan).await;
        }
    }
    invariants::assert_hold(house).await;
    let mut story = story(house).await;
    story.extend(letters(house));
    story
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_customers_live_three_years_on_fifty_clocks_the_same_way_twice() {
    let mut stories = Vec::new();
    for _ in 0..2 {
        let began = Instant::now();
        let (send, mut told) = mpsc::unbounded_channel();
        kit::on_sqlite_in_memory(|house| async move {
            send.send(Box::pin(three_years(&house)).await).unwrap();
        })
        .await;
        let story = told.recv().await.unwrap();
        let took = began.elapsed();
        eprintln!(
            "three years of {CUSTOMERS}: {} events and mails, {took:?}",
            story.len()
        );
        // A machine that is shared says nothing of the time it takes.
        let is_measured = std::env::var("FABRICA_YEARS").as_deref() == Ok("full");
        assert!(!is_measured || took.as_secs() < 60, "{took:?}");
        stories.push(story);
    }
    let invoices = stories[0]
        .iter()
        .filter(|line| line.contains(" invoice.issued "));
    assert!(invoices.count() > 1000, "a life is lived");
    for kind in [
        "payment_reminded",
        "\"PAUSED\"",
        "\"EXPIRED\"",
        "\"CANCELLED\"",
        "\"FAILED\"",
        " mail renewal coming ",
        " mail payment reminder ",
        " mail subscription ended ",
    ] {
        assert!(stories[0].iter().any(|line| line.contains(kind)), "{kind}");
    }
    assert!(stories[0] == stories[1], "two lives, two stories");
}
