//! Cards on the way back, over real HTTP: our side and the simulator's say the same of every state.

use adapters::simulator::{FaultPlan, card_ledger::CardState as At, faults::CardFault};
use chrono::{DateTime, Duration, Utc};
use domain::{
    base::clock::Clock as _,
    ports::{CardAnswer, CardInstruction, CardQuestion, CardReport, CardState, Gateway as _},
};
use entity::{
    money::{Currency, Money},
    refunds::CardAction::{self, Abandon, CancelCapture, Refund},
};

use crate::kit::World;

const fn twd(minor: i64) -> Money {
    Money::new(minor, Currency::Twd)
}

/// A card payment of 1,280, with what the shop was told of it.
struct Card {
    world: World,
    authorization_no: String,
    gateway_trade_no: String,
}

impl Card {
    async fn paid(name: &str) -> Self {
        let world = World::new(name).await;
        world.buy("CARD1").await;
        world.after_seconds(0).await;
        let notice = world.notice();
        let told = notice.card.unwrap();
        assert!(!told.in_full_only);
        // A question tells the same.
        let report = world.ecpay.query_trade("CARD1", world.clock.now()).await;
        assert_eq!(report.unwrap().card, Some(told.clone()));
        for kept in ["card4no", "card6no", "auth_code"] {
            assert!(notice.fields.iter().all(|(name, _)| name != kept), "{kept}");
        }
        Self {
            world,
            authorization_no: told.authorization_no,
            gateway_trade_no: notice.gateway_trade_no,
        }
    }

    fn moved_to(&self, state: At) {
        let plan = FaultPlan {
            card_states: [("CARD1".to_owned(), state)].into(),
            ..FaultPlan::default()
        };
        self.world.simulator.set_faults(plan);
    }

    fn next_actions(&self, faults: &[CardFault]) {
        let plan = FaultPlan {
            card_actions: faults.to_vec(),
            ..FaultPlan::default()
        };
        self.world.simulator.set_faults(plan);
    }

    async fn report(&self) -> CardReport {
        let question = CardQuestion {
            authorization_no: self.authorization_no.clone(),
            amount: twd(1280),
        };
        self.world.ecpay.card_state(&question).await.unwrap()
    }

    async fn state(&self) -> (CardState, i64) {
        let report = self.report().await;
        (report.state, report.refunded.minor)
    }

    /// What came back on an instruction: whether it was done, or nothing.
    async fn tell(&self, action: CardAction, minor: i64) -> Option<bool> {
        let instruction = CardInstruction {
            action,
            merchant_trade_no: "CARD1".to_owned(),
            gateway_trade_no: self.gateway_trade_no.clone(),
            amount: twd(minor),
        };
        let answer = self.world.ecpay.instruct_card(&instruction).await;
        answer.ok().map(|answer| answer == CardAnswer::Done)
    }
}

#[tokio::test]
async fn each_state_is_understood_and_takes_its_own_steps() {
    let card = Card::paid("states").await;
    assert_eq!(card.state().await, (CardState::Authorized, 0));
    assert_eq!(
        card.tell(Refund, 300).await,
        Some(false),
        "not captured yet"
    );

    card.moved_to(At::ToBeCaptured);
    assert_eq!(card.state().await, (CardState::ToBeCaptured, 0));
    assert_eq!(card.tell(Abandon, 1280).await, Some(false));
    assert_eq!(card.tell(CancelCapture, 1280).await, Some(true));
    assert_eq!(card.state().await, (CardState::Authorized, 0));
    assert_eq!(card.tell(Abandon, 1280).await, Some(true));
    assert_eq!(card.state().await, (CardState::Abandoned, 0));

    card.moved_to(At::Captured);
    assert_eq!(card.state().await, (CardState::Captured, 0));
    assert_eq!(card.tell(Refund, 300).await, Some(true));
    assert_eq!(card.state().await, (CardState::Captured, 300));
    assert_eq!(
        card.tell(Refund, 981).await,
        Some(false),
        "more than is left"
    );
    assert_eq!(card.tell(Refund, 980).await, Some(true));
    assert_eq!(card.state().await, (CardState::Captured, 1280));
}

#[tokio::test]
async fn an_answer_that_is_lost_says_nothing_and_the_question_says_it_all() {
    let card = Card::paid("lost").await;
    card.moved_to(At::Captured);
    let before = card.report().await;
    card.next_actions(&[
        CardFault::LoseRequest,
        CardFault::Garble,
        CardFault::LoseAnswer,
    ]);
    assert_eq!(card.tell(Refund, 300).await, None);
    assert_eq!(card.tell(Refund, 300).await, None);
    assert_eq!(card.report().await, before, "neither was carried out");
    assert_eq!(card.tell(Refund, 300).await, None);
    let after = card.report().await;
    assert_eq!(after.refunded, twd(300));
    assert_ne!(after.trace, before.trace);
    card.next_actions(&[CardFault::Refuse]);
    assert_eq!(card.tell(Refund, 300).await, Some(false));
    assert_eq!(card.report().await, after);
}

#[tokio::test]
async fn the_daily_capture_moves_it_by_itself() {
    let card = Card::paid("capture").await;
    let paid_at: DateTime<Utc> = "2026-01-15T01:30:00Z".parse().unwrap();
    let tonight: DateTime<Utc> = "2026-01-15T12:15:00Z".parse().unwrap();
    card.world
        .clock
        .advance(tonight - paid_at - Duration::seconds(1));
    assert_eq!(card.state().await, (CardState::Authorized, 0));
    card.world.clock.advance(Duration::seconds(1));
    assert_eq!(card.state().await, (CardState::ToBeCaptured, 0));
    assert_eq!(
        card.tell(Refund, 300).await,
        Some(false),
        "while it captures"
    );
    card.world.clock.advance(Duration::minutes(15));
    assert_eq!(card.state().await, (CardState::Captured, 0));
    assert_eq!(card.tell(Refund, 300).await, Some(true));
}

#[tokio::test]
async fn a_question_about_another_authorization_or_amount_leaves_everything_open() {
    let card = Card::paid("other").await;
    for (number, amount) in [("99999999", 1280), (card.authorization_no.as_str(), 1279)] {
        let question = CardQuestion {
            authorization_no: number.to_owned(),
            amount: twd(amount),
        };
        let answer = card.world.ecpay.card_state(&question).await;
        assert!(answer.is_err(), "{answer:?}");
    }
}
