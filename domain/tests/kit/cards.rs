//! Card payments at the recorded gateway: a small bank that does what it may, and loses what the test says.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, MutexGuard},
};

use domain::ports::{
    CardAnswer, CardInstruction, CardReport, CardState, NotRefundedHere, Unanswered,
};
use entity::{
    money::{Currency, Money},
    refunds::CardAction,
};

/// What happens to the next instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is carried out, if it may be, and answered.
    Answered,
    /// It never arrives.
    LostOnTheWay,
    /// It is carried out, and the answer is lost.
    AnswerLost,
    /// It is refused.
    Refused,
}

/// A card payment at the bank.
#[derive(Clone, Debug)]
pub struct Card {
    /// How far it is.
    pub state: CardState,
    /// What went back, oldest first.
    pub refunds: Vec<i64>,
}

/// The bank. A payment that it was not told of is captured.
#[derive(Default)]
pub struct Cards {
    cards: Mutex<HashMap<String, Card>>,
    fates: Mutex<VecDeque<Fate>>,
    silent_questions: Mutex<u32>,
    instructions: Mutex<Vec<(CardAction, i64)>>,
    not_offered: Mutex<bool>,
}

impl Cards {
    /// From now on the payment with this number is so far.
    pub fn is(&self, merchant_trade_no: &str, state: CardState) {
        let mut cards = lock(&self.cards);
        cards
            .entry(merchant_trade_no.to_owned())
            .or_insert_with(captured)
            .state = state;
    }

    /// How the payment with this number stands.
    pub fn card(&self, merchant_trade_no: &str) -> Card {
        let cards = lock(&self.cards);
        cards
            .get(merchant_trade_no)
            .cloned()
            .unwrap_or_else(captured)
    }

    /// What happens to the next instructions.
    pub fn fates(&self, fates: impl IntoIterator<Item = Fate>) {
        *lock(&self.fates) = fates.into_iter().collect();
    }

    /// So many questions get no answer.
    pub fn answers_not(&self, questions: u32) {
        *lock(&self.silent_questions) = questions;
    }

    /// From now on the gateway gives no cards back.
    pub fn offers_nothing(&self) {
        *lock(&self.not_offered) = true;
    }

    /// What arrived at the bank or was lost on the way there, oldest first.
    pub fn instructions(&self) -> Vec<(CardAction, i64)> {
        lock(&self.instructions).clone()
    }

    pub(super) fn offered(&self) -> Result<(), NotRefundedHere> {
        match *lock(&self.not_offered) {
            true => Err(NotRefundedHere("The test says so.")),
            false => Ok(()),
        }
    }

    pub(super) fn report(&self, authorization_no: &str) -> Result<CardReport, Unanswered> {
        let mut silent = lock(&self.silent_questions);
        if *silent > 0 {
            *silent -= 1;
            return Err(Unanswered("the test says so".to_owned()));
        }
        let card = self.card(authorization_no.strip_prefix('A').unwrap());
        Ok(CardReport {
            state: card.state,
            refunded: Money::new(card.refunds.iter().sum(), Currency::Twd),
            trace: format!("{card:?}"),
        })
    }

    pub(super) fn obey(&self, instruction: &CardInstruction) -> Result<CardAnswer, Unanswered> {
        lock(&self.instructions).push((instruction.action, instruction.amount.minor));
        let fate = lock(&self.fates).pop_front().unwrap_or(Fate::Answered);
        let refused = CardAnswer::Refused {
            code: "0".to_owned(),
            message: "no".to_owned(),
        };
        let lost = || Unanswered("the test says so".to_owned());
        match fate {
            Fate::LostOnTheWay => return Err(lost()),
            Fate::Refused => return Ok(refused),
            Fate::Answered | Fate::AnswerLost => {}
        }
        let mut cards = lock(&self.cards);
        let card = cards
            .entry(instruction.merchant_trade_no.clone())
            .or_insert_with(captured);
        let is_done = carry_out(card, instruction);
        match (fate, is_done) {
            (Fate::AnswerLost, _) => Err(lost()),
            (_, true) => Ok(CardAnswer::Done),
            (_, false) => Ok(refused),
        }
    }
}

fn carry_out(card: &mut Card, instruction: &CardInstruction) -> bool {
    match (instruction.action, card.state) {
        (CardAction::Abandon, CardState::Authorized) => card.state = CardState::Abandoned,
        (CardAction::CancelCapture, CardState::ToBeCaptured) => card.state = CardState::Authorized,
        (CardAction::Refund, CardState::ToBeCaptured | CardState::Captured) => {
            card.refunds.push(instruction.amount.minor);
        }
        _ => return false,
    }
    true
}

const fn captured() -> Card {
    Card {
        state: CardState::Captured,
        refunds: Vec::new(),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap()
}
