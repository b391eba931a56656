//! Anything, in any order: random sequences of all that can happen to one order, against a small model of what
//! the shop promises.

use std::collections::HashSet;

use chrono::{DateTime, Duration, Utc};
use domain::{
    flows,
    ports::{TradeReport, TradeState},
};
use entity::{
    orders::{OrderStatus, order},
    payments::{PaymentMethod, PaymentStatus, payment},
    subscriptions::{SubscriptionStatus, subscription},
};
use proptest::{
    prelude::*,
    sample::{Index, select},
};

use crate::{
    kit::{self, House, Person, invariants},
    random::for_any,
};

use super::{
    promise::{Answer, Promise},
    scene::{self, *},
};

/// Something that happens. An index chooses among the attempts that there are.
#[derive(Clone, Debug)]
enum Step {
    Begin(PaymentMethod),
    CodeIssued(Index),
    Paid(Index),
    PaidTooLittle(Index),
    Declined(Index),
    Rehearsed(Index),
    Cancel,
    Expire,
    Janitor(Answer),
    Wait(Duration),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    use PaymentMethod::{Atm, Barcode, CreditCard, Cvs};
    let attempt = any::<Index>;
    let answers = [
        Answer::Paid,
        Answer::PaidTooLittle,
        Answer::Unpaid,
        Answer::NotFound,
        Answer::Failed,
        Answer::Silence,
    ];
    let minutes = [1, 11, 61, 700, 1441, 6000].map(Duration::minutes);
    let step = prop_oneof![
        4 => select(vec![CreditCard, Atm, Cvs, Barcode]).prop_map(Step::Begin),
        3 => attempt().prop_map(Step::CodeIssued),
        2 => attempt().prop_map(Step::Paid),
        1 => attempt().prop_map(Step::PaidTooLittle),
        2 => attempt().prop_map(Step::Declined),
        1 => attempt().prop_map(Step::Rehearsed),
        1 => Just(Step::Cancel),
        2 => Just(Step::Expire),
        4 => select(answers.to_vec()).prop_map(Step::Janitor),
        4 => select(minutes.to_vec()).prop_map(Step::Wait),
    ];
    prop::collection::vec(step, 1..30)
}

/// The shop and the promise, side by side.
struct Play {
    house: House,
    mei: Person,
    order: order::Model,
    subscription: subscription::Model,
    attempts: Vec<payment::Model>,
    promise: Promise,
    clicks: u32,
}

impl Play {
    async fn open(house: House) -> Self {
        let mei = house.customer("mei").await;
        let (subscription, order) = subscribe(&mei, &monthly(&house).await, "s").await.unwrap();
        let promise = Promise {
            order: OrderStatus::Pending,
            subscription: SubscriptionStatus::Pending,
            ends: house.now() + days(1),
            attempts: Vec::new(),
            heard: HashSet::new(),
        };
        Self {
            house,
            mei,
            order,
            subscription,
            attempts: Vec::new(),
            promise,
            clicks: 0,
        }
    }

    fn key(&mut self) -> String {
        self.clicks += 1;
        format!("click {}", self.clicks)
    }

    fn choose(&self, index: &Index) -> Option<usize> {
        (!self.attempts.is_empty()).then(|| index.index(self.attempts.len()))
    }

    async fn step(&mut self, step: &Step) {
        let now = self.house.now();
        match step {
            Step::Begin(method) => self.begin(*method).await,
            Step::CodeIssued(index) => {
                let Some(index) = self.choose(index) else {
                    return;
                };
                if self.attempts[index].method == PaymentMethod::CreditCard {
                    return;
                }
                let until = now + days(3);
                hear(&self.house, &code_issued(&self.attempts[index], until))
                    .await
                    .unwrap();
                if self.promise.heard.insert((index, "code")) {
                    self.promise.code(index, until);
                }
            }
            Step::Paid(index) => {
                let Some(index) = self.choose(index) else {
                    return;
                };
                hear(&self.house, &paid(&self.attempts[index], now))
                    .await
                    .unwrap();
                self.promise.money(index);
            }
            Step::PaidTooLittle(index) => {
                let Some(index) = self.choose(index) else {
                    return;
                };
                hear(&self.house, &paid_too_little(&self.attempts[index], now))
                    .await
                    .unwrap();
                if self.promise.heard.insert((index, "too little")) {
                    self.promise.too_little(index);
                }
            }
            Step::Declined(index) => {
                let Some(index) = self.choose(index) else {
                    return;
                };
                hear(&self.house, &declined(&self.attempts[index]))
                    .await
                    .unwrap();
                self.promise.over(index, PaymentStatus::Failed);
            }
            Step::Rehearsed(index) => {
                let Some(index) = self.choose(index) else {
                    return;
                };
                hear(&self.house, &rehearsed(&self.attempts[index], now))
                    .await
                    .unwrap();
            }
            Step::Cancel => self.cancel().await,
            Step::Expire => {
                flows::expire_orders(&self.house.job(), 10).await.unwrap();
                self.promise.expire(now);
            }
            Step::Janitor(answer) => self.janitor(*answer).await,
            Step::Wait(time) => self.house.wait(*time),
        }
    }

    async fn begin(&mut self, method: PaymentMethod) {
        let key = self.key();
        let begun = begin(&self.mei, self.order.id, method, &key).await;
        match self.promise.begin(method, self.house.now()) {
            Some(code) => assert_eq!(refusal(begun), code),
            None => self.attempts.push(begun.unwrap()),
        }
    }

    async fn cancel(&mut self) {
        let key = self.key();
        let cancelled = flows::cancel_order(&self.mei.op, self.order.id, &key).await;
        if self.promise.order == OrderStatus::Cancelled {
            assert_eq!(
                cancelled.unwrap().status,
                OrderStatus::Cancelled,
                "as it was wanted"
            );
        } else if self.promise.can_be_paid() {
            assert!(cancelled.is_ok(), "{cancelled:?}");
            self.promise
                .close(OrderStatus::Cancelled, SubscriptionStatus::Cancelled);
        } else {
            assert_eq!(refusal(cancelled), "INVALID_STATE");
        }
    }

    /// Whom the janitor asks about is its own business; what comes of each answer is promised.
    async fn janitor(&mut self, answer: Answer) {
        let now = self.house.now();
        self.house
            .gateway
            .falls_silent(matches!(answer, Answer::Silence));
        for payment in &self.attempts {
            let report = report(payment, answer, now);
            self.house
                .gateway
                .answers(&payment.merchant_trade_no, report);
        }
        let before = self.house.gateway.queries().len();
        scene::janitor(&self.house).await;
        for number in self.house.gateway.queries().split_off(before) {
            let asked = |payment: &payment::Model| payment.merchant_trade_no == number;
            let index = self.attempts.iter().position(asked).unwrap();
            self.promise.answered(index, answer, now);
        }
    }

    /// The shop stands as promised.
    async fn compare(&self) {
        let order = scene::order(&self.house, &self.order).await;
        assert_eq!(order.status, self.promise.order);
        assert_eq!(order.expires_at, self.promise.ends);
        assert_eq!(
            subscription_status(&self.house, &self.subscription).await,
            self.promise.subscription
        );
        for (payment, promised) in self.attempts.iter().zip(&self.promise.attempts) {
            let payment = attempt(&self.house, payment).await;
            assert_eq!(
                payment.status, promised.status,
                "attempt {}",
                payment.attempt
            );
            assert_eq!(
                payment.expires_at, promised.ends,
                "attempt {}",
                payment.attempt
            );
        }
        let settled = u64::from(self.promise.order == OrderStatus::Completed);
        let [.., settlements, invoices, _, _] = sizes(&self.house).await;
        assert_eq!((settlements, invoices), (settled, settled));
    }
}

fn report(payment: &payment::Model, said: Answer, now: DateTime<Utc>) -> TradeReport {
    let code = "10100058".to_owned();
    match said {
        Answer::Paid => answer(payment, TradeState::Paid { at: now }),
        Answer::PaidTooLittle => TradeReport {
            amount: twd(payment.amount_minor - 1),
            ..answer(payment, TradeState::Paid { at: now })
        },
        Answer::Unpaid => answer(payment, TradeState::Unpaid),
        Answer::Failed => answer(payment, TradeState::Failed { code }),
        Answer::NotFound | Answer::Silence => answer(payment, TradeState::NotFound),
    }
}

async fn run(house: House, steps: Vec<Step>) {
    let mut play = Play::open(house).await;
    for step in &steps {
        play.step(step).await;
        play.compare().await;
    }
    invariants::assert_hold(&play.house).await;
}

#[test]
fn whatever_happens_in_whatever_order_the_shop_stands_as_promised() {
    for_any(64, &steps(), |steps| {
        kit::on_sqlite(|house| run(house, steps))
    });
}

#[test]
fn whatever_happens_in_whatever_order_the_shop_stands_as_promised_on_postgres() {
    for_any(8, &steps(), |steps| {
        kit::on_postgres(|house| run(house, steps))
    });
}
