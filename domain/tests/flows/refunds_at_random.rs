//! Refunds of one payment in any order, with a gateway that loses and refuses what it likes, against the promise:
//! what the shop says went back is what went back, and it is never more than came.

use chrono::Duration;
use domain::{
    flows::{self, HandRefund, RefundRequest},
    ports::CardState,
};
use entity::{
    payments::{PaymentMethod, payment},
    refunds::{RefundKind, RefundStatus, refund},
};
use proptest::{prelude::*, sample::select};
use sea_orm::EntityTrait;

use crate::kit::{self, House, Person, cards::Fate, invariants};
use crate::random::for_any;

use super::scene::*;

#[derive(Clone, Debug)]
enum Step {
    Ask { amount: Option<i64>, by_hand: bool },
    Fates(Vec<Fate>),
    Silence(u32),
    Capture(CardState),
    Round(i64),
    Complete,
    Cancel,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let fates = select(vec![
        Fate::Answered,
        Fate::LostOnTheWay,
        Fate::AnswerLost,
        Fate::Refused,
    ]);
    let amounts = select(vec![None, Some(1), Some(30), Some(400), Some(PRICE)]);
    let step = prop_oneof![
        4 => (amounts, prop::bool::weighted(0.2)).prop_map(|(amount, by_hand)| Step::Ask { amount, by_hand }),
        3 => prop::collection::vec(fates, 1..4).prop_map(Step::Fates),
        1 => (1u32..3).prop_map(Step::Silence),
        2 => select(vec![CardState::Authorized, CardState::ToBeCaptured, CardState::Captured]).prop_map(Step::Capture),
        5 => select(vec![1i64, 5, 60, 600]).prop_map(Step::Round),
        1 => Just(Step::Complete),
        1 => Just(Step::Cancel),
    ];
    prop::collection::vec(step, 1..25)
}

struct Play {
    house: House,
    wei: Person,
    payment: payment::Model,
    clicks: u32,
}

impl Play {
    async fn open(house: House) -> Self {
        let mei = house.customer("mei").await;
        let wei = house.staff("wei").await;
        let (_, payment) =
            order_being_paid(&mei, &once(&house).await, PaymentMethod::CreditCard, "k").await;
        hear(&house, &paid(&payment, house.now())).await.unwrap();
        Self {
            house,
            wei,
            payment,
            clicks: 0,
        }
    }

    fn key(&mut self) -> String {
        self.clicks += 1;
        format!("click {}", self.clicks)
    }

    async fn refunds(&self) -> Vec<refund::Model> {
        refund::Entity::find()
            .all(self.house.app.database.reader())
            .await
            .unwrap()
    }

    async fn one_in(&self, status: RefundStatus) -> Option<refund::Model> {
        let mut refunds = self.refunds().await.into_iter();
        refunds.find(|row| row.status == status)
    }

    async fn step(&mut self, step: &Step) {
        let cards = &self.house.gateway.cards;
        match step {
            Step::Ask { amount, by_hand } => {
                let request = RefundRequest {
                    payment_id: self.payment.id,
                    amount: amount.map(twd),
                    reason: "at random".to_owned(),
                    by_hand: *by_hand,
                    end_subscription: false,
                };
                let left = attempt(&self.house, &self.payment).await.refundable().minor;
                let wanted = amount.unwrap_or(left);
                let key = self.key();
                match flows::refund_payment(&self.wei.op, request, &key).await {
                    Ok(row) => assert!(wanted <= left && row.amount_minor == wanted),
                    Err(refused) => {
                        assert!(wanted > left || left == 0, "{refused:?}");
                        assert_eq!(refused.code(), "REFUND_EXCEEDS_CAPTURE");
                    }
                }
            }
            Step::Fates(fates) => cards.fates(fates.clone()),
            Step::Silence(questions) => cards.answers_not(*questions),
            // A bank moves forwards by itself, and not once something went back.
            Step::Capture(to) => {
                let number = &self.payment.merchant_trade_no;
                let card = cards.card(number);
                if card.refunds.is_empty() && card.state != CardState::Abandoned {
                    cards.is(number, *to);
                }
            }
            Step::Round(minutes) => {
                self.house.wait(Duration::minutes(*minutes));
                let op = self.house.job();
                flows::send_refunds(&op, 10).await.unwrap();
            }
            Step::Complete => {
                let Some(row) = self.one_in(RefundStatus::AwaitingStaff).await else {
                    return;
                };
                // A person looks before they say that the money is back; by hand they give it back themselves.
                if row.kind == RefundKind::Manual {
                    let hand = HandRefund {
                        refund_id: row.id,
                        reference: "transfer".to_owned(),
                        note: String::new(),
                    };
                    let key = self.key();
                    flows::complete_manual_refund(&self.wei.op, hand, &key)
                        .await
                        .unwrap();
                }
            }
            Step::Cancel => {
                let Some(row) = self.one_in(RefundStatus::Requested).await else {
                    return;
                };
                let key = self.key();
                flows::cancel_refund(&self.wei.op, row.id, &key)
                    .await
                    .unwrap();
            }
        }
    }

    /// What the shop says went back through the gateway is there, but for what it knows it does not know.
    async fn compare(&self) {
        let card = self
            .house
            .gateway
            .cards
            .card(&self.payment.merchant_trade_no);
        let at_bank = match card.state {
            CardState::Abandoned => PRICE,
            _ => card.refunds.iter().sum(),
        };
        let (mut said, mut open) = (0, 0);
        for row in self.refunds().await {
            match (row.kind, row.status) {
                (RefundKind::Card, RefundStatus::Succeeded) => said += row.amount_minor,
                (
                    RefundKind::Card,
                    RefundStatus::Sending | RefundStatus::Unknown | RefundStatus::AwaitingStaff,
                ) => open += row.amount_minor,
                _ => {}
            }
        }
        assert!(
            (said..=said + open).contains(&at_bank),
            "the bank gave {at_bank} back, the shop says {said} and does not know of {open}"
        );
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
fn whatever_the_gateway_does_the_shop_knows_what_went_back() {
    for_any(64, &steps(), |steps| {
        kit::on_sqlite(|house| run(house, steps))
    });
}

#[test]
fn whatever_the_gateway_does_the_shop_knows_what_went_back_on_postgres() {
    for_any(8, &steps(), |steps| {
        kit::on_postgres(|house| run(house, steps))
    });
}
