//! Anything, in any order, to one subscription: against a calendar of whole days that is written by itself, month
//! by month, and knows no tables.

use chrono::{Datelike, Days, NaiveDate};
use domain::flows::{self, CancelAt};
use entity::{
    payments::PaymentMethod,
    subscriptions::{SubscriptionStatus, subscription},
};
use proptest::{prelude::*, sample::select};

use crate::{
    kit::{self, House, Person, invariants},
    random::for_any,
    scene,
};

/// Something that happens.
#[derive(Clone, Copy, Debug)]
enum Step {
    Days(u8),
    Pay,
    Decline,
    Pause,
    Resume,
    Cancel(bool),
    AutoRenew(bool),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        8 => select(vec![1u8, 2, 3, 5, 8, 20, 28]).prop_map(Step::Days),
        6 => Just(Step::Pay),
        2 => Just(Step::Decline),
        2 => Just(Step::Pause),
        2 => Just(Step::Resume),
        1 => any::<bool>().prop_map(Step::Cancel),
        3 => any::<bool>().prop_map(Step::AutoRenew),
    ];
    prop::collection::vec(step, 1..40)
}

/// A period: first day, and the day after the last.
type Period = (NaiveDate, NaiveDate);

/// The subscription, as it is promised.
#[derive(Clone, Debug)]
struct Promise {
    today: NaiveDate,
    status: SubscriptionStatus,
    /// The day that periods keep, and how many periods lie between it and the present one.
    anchor: NaiveDate,
    count: i32,
    present: Period,
    /// The next period: ordered, and whether it is paid.
    next: Option<(Period, bool)>,
    goes_on: bool,
    ends_with_period: bool,
    behind_since: Option<NaiveDate>,
    paused_on: Option<NaiveDate>,
}

fn months_after(anchor: NaiveDate, months: i32) -> NaiveDate {
    let index = anchor.year() * 12 + i32::try_from(anchor.month0()).unwrap() + months;
    let (year, month) = (index.div_euclid(12), index.rem_euclid(12) + 1);
    let month = u32::try_from(month).unwrap();
    // The anchor's day, or the last one that the month has.
    let day = |day| NaiveDate::from_ymd_opt(year, month, day);
    (1..=anchor.day()).rev().find_map(day).unwrap()
}

fn later(day: NaiveDate, days: u64) -> NaiveDate {
    day + Days::new(days)
}

impl Promise {
    fn begins(today: NaiveDate) -> Self {
        Self {
            today,
            status: SubscriptionStatus::Active,
            anchor: today,
            count: 0,
            present: (today, months_after(today, 1)),
            next: None,
            goes_on: true,
            ends_with_period: false,
            behind_since: None,
            paused_on: None,
        }
    }

    fn is_paid_ahead(&self) -> bool {
        self.next.is_some_and(|(_, is_paid)| is_paid)
    }

    fn is_over(&self) -> bool {
        matches!(
            self.status,
            SubscriptionStatus::Cancelled | SubscriptionStatus::Expired
        )
    }

    fn end(&mut self, status: SubscriptionStatus) {
        self.status = status;
        self.goes_on = false;
        self.call_off();
    }

    /// The order of the next period ends, unless it is paid.
    fn call_off(&mut self) {
        self.next = self.next.filter(|(_, is_paid)| *is_paid);
    }

    fn begin_next(&mut self) {
        let (period, _) = self.next.take().unwrap();
        self.present = period;
        self.count += 1;
        self.status = SubscriptionStatus::Active;
        self.behind_since = None;
    }

    fn order_next(&mut self) {
        let end = |count| months_after(self.anchor, count);
        let period = (end(self.count + 1), end(self.count + 2));
        assert_eq!(period.0, self.present.1, "the model's own calendar");
        self.next = Some((period, false));
    }

    fn a_day_goes_by(&mut self) {
        self.today = later(self.today, 1);
        if self.status == SubscriptionStatus::Active {
            self.a_running_day();
        }
        if let Some(since) = self.behind_since
            && self.today >= later(since, 8)
        {
            self.behind_since = None;
            self.end(SubscriptionStatus::Expired);
        }
    }

    fn a_running_day(&mut self) {
        let is_last = self.today >= self.present.1;
        if self.is_paid_ahead() && is_last {
            self.begin_next();
        }
        let is_last = self.today >= self.present.1;
        let is_near = later(self.today, 3) >= self.present.1;
        if self.is_paid_ahead() || !(is_last || is_near) {
            return;
        }
        if self.ends_with_period || !self.goes_on {
            if is_last && self.ends_with_period {
                self.end(SubscriptionStatus::Cancelled);
            } else if is_last {
                self.end(SubscriptionStatus::Expired);
            }
            return;
        }
        if self.next.is_none() {
            self.order_next();
        }
        if is_last {
            self.status = SubscriptionStatus::PastDue;
            self.behind_since = Some(self.today);
        }
    }

    /// Whether there is something to pay; and if so, it is paid.
    fn pay(&mut self) -> bool {
        let Some((period, false)) = self.next else {
            return false;
        };
        self.next = Some((period, true));
        if self.status == SubscriptionStatus::PastDue {
            self.begin_next();
        }
        true
    }

    fn pause(&mut self) -> bool {
        match self.status {
            SubscriptionStatus::Paused => true,
            SubscriptionStatus::Active if !self.ends_with_period && !self.is_paid_ahead() => {
                self.call_off();
                self.status = SubscriptionStatus::Paused;
                self.paused_on = Some(self.today);
                true
            }
            _ => false,
        }
    }

    fn resume(&mut self) -> bool {
        match self.status {
            SubscriptionStatus::Paused => {
                let slept = self.today - self.paused_on.take().unwrap();
                self.present.1 += slept;
                self.anchor = self.present.1;
                self.count = -1;
                self.status = SubscriptionStatus::Active;
                true
            }
            _ if self.ends_with_period => self.auto_renew(true),
            SubscriptionStatus::Active => true,
            _ => false,
        }
    }

    fn cancel(&mut self, now: bool) -> bool {
        match self.status {
            SubscriptionStatus::Expired => return false,
            SubscriptionStatus::Cancelled => {}
            SubscriptionStatus::Active if !now => {
                self.call_off();
                self.goes_on = false;
                self.ends_with_period = true;
            }
            _ => {
                self.behind_since = None;
                self.end(SubscriptionStatus::Cancelled);
            }
        }
        true
    }

    fn auto_renew(&mut self, goes_on: bool) -> bool {
        if self.is_over() || (self.status == SubscriptionStatus::PastDue && !goes_on) {
            return false;
        }
        if self.goes_on == goes_on && !self.ends_with_period {
            return true;
        }
        if !goes_on {
            self.call_off();
        }
        self.goes_on = goes_on;
        self.ends_with_period = false;
        true
    }
}

/// The shop and the promise, side by side.
struct Play {
    house: House,
    mei: Person,
    row: subscription::Model,
    promise: Promise,
    clicks: u32,
}

impl Play {
    async fn open(house: House) -> Self {
        // The 29th of January: short months come soon.
        house.wait(scene::days(70));
        let mei = house.customer("mei").await;
        let row = scene::subscribed(&house, &mei, &scene::monthly(&house).await).await;
        let today = date(house.now());
        Self {
            house,
            mei,
            row,
            promise: Promise::begins(today),
            clicks: 0,
        }
    }

    fn key(&mut self) -> String {
        self.clicks += 1;
        format!("click {}", self.clicks)
    }

    async fn step(&mut self, step: Step) {
        let (op, id) = (self.mei.op.clone(), self.row.id);
        let (done, promised) = match step {
            Step::Days(days) => {
                for _ in 0..days {
                    scene::pass(&self.house, 1).await;
                    self.promise.a_day_goes_by();
                    self.compare().await;
                }
                return;
            }
            Step::Pay => return self.pay().await,
            Step::Decline => return self.decline().await,
            Step::Pause => (
                flows::pause_subscription(&op, id, None).await,
                self.promise.pause(),
            ),
            Step::Resume => (
                flows::resume_subscription(&op, id).await,
                self.promise.resume(),
            ),
            Step::Cancel(now) => {
                let at = if now {
                    CancelAt::Now
                } else {
                    CancelAt::PeriodEnd
                };
                let key = self.key();
                let done = flows::cancel_subscription(&op, id, at, &key).await;
                (done, self.promise.cancel(now))
            }
            Step::AutoRenew(goes_on) => {
                let key = self.key();
                let done = flows::set_auto_renew(&op, id, goes_on, &key).await;
                (done, self.promise.auto_renew(goes_on))
            }
        };
        match promised {
            true => assert!(done.is_ok(), "{step:?}: {done:?}"),
            false => assert_eq!(scene::refusal(done), "INVALID_STATE", "{step:?}"),
        }
    }

    async fn to_pay(&self) -> Option<entity::orders::order::Model> {
        let mut orders = scene::renewals(&self.house, &self.row).await;
        orders.retain(|order| domain::orders::state::is_payable(order.status));
        assert!(orders.len() < 2, "two periods wait to be paid");
        orders.pop()
    }

    async fn pay(&mut self) {
        let order = self.to_pay().await;
        assert_eq!(order.is_some(), self.promise.pay());
        if let Some(order) = order {
            scene::pay(&self.house, &self.mei, &order).await;
        }
    }

    async fn decline(&mut self) {
        let key = self.key();
        if let Some(order) = self.to_pay().await {
            let card = PaymentMethod::CreditCard;
            let attempt = scene::begin(&self.mei, order.id, card, &key).await;
            let no = scene::declined(&attempt.unwrap());
            scene::hear(&self.house, &no).await.unwrap();
        }
    }

    /// The subscription stands as promised.
    async fn compare(&self) {
        let row = scene::subscription(&self.house, &self.row).await;
        let promise = &self.promise;
        assert_eq!(row.status, promise.status, "{promise:?}");
        let present = (
            date(row.current_period_start.unwrap()),
            date(row.current_period_end.unwrap()),
        );
        assert_eq!(present, promise.present, "{promise:?}");
        let paid_until = match promise.next {
            Some(((_, end), true)) => end,
            _ => promise.present.1,
        };
        assert_eq!(date(row.paid_until_at.unwrap()), paid_until, "{promise:?}");
        assert_eq!(row.auto_renew, promise.goes_on, "{promise:?}");
        let waits = self.to_pay().await.is_some();
        let promised = promise.next.is_some_and(|(_, is_paid)| !is_paid);
        assert_eq!(waits, promised, "{promise:?}");
    }
}

fn date(at: chrono::DateTime<chrono::Utc>) -> NaiveDate {
    at.with_timezone(&domain::base::clock::taipei())
        .date_naive()
}

async fn play(house: House, steps: Vec<Step>) {
    let mut play = Play::open(house).await;
    for step in steps {
        play.step(step).await;
        play.compare().await;
    }
    invariants::assert_hold(&play.house).await;
}

#[test]
fn whatever_happens_to_a_subscription_it_stands_as_promised() {
    for_any(24, &steps(), |steps| {
        kit::on_sqlite_in_memory(|house| play(house, steps))
    });
}

#[test]
fn whatever_happens_to_a_subscription_it_stands_as_promised_on_postgres() {
    for_any(4, &steps(), |steps| {
        kit::on_postgres(|house| play(house, steps))
    });
}
