//! A small gateway that loses answers, and the promise that nothing is given back twice.

use chrono::{DateTime, Duration, Utc};
use entity::{
    money::{Currency, Money},
    refunds::{
        CardAction,
        CardAction::{Abandon, CancelCapture, Refund},
        refund::{Progress, Sent},
    },
};
use proptest::{prelude::*, sample::select};

use super::{
    plan::Wish,
    progress::{Next, is_last, next},
};
use crate::ports::{CardReport, CardState};

fn twd(minor: i64) -> Money {
    Money::new(minor, Currency::Twd)
}

fn noon() -> DateTime<Utc> {
    "2026-11-21T04:00:00Z".parse().unwrap()
}

/// A gateway as ECPay describes itself.
#[derive(Clone, Debug)]
struct Bank {
    state: CardState,
    refunds: Vec<i64>,
}

impl Bank {
    fn report(&self) -> CardReport {
        CardReport {
            state: self.state,
            refunded: twd(self.refunds.iter().sum()),
            trace: format!("{self:?}"),
        }
    }

    /// Does what it is told, if it may; whether it did.
    fn obey(&mut self, action: CardAction, amount: i64) -> bool {
        let state = match (action, self.state) {
            (Abandon, CardState::Authorized) => CardState::Abandoned,
            (CancelCapture, CardState::ToBeCaptured) => CardState::Authorized,
            (Refund, CardState::ToBeCaptured | CardState::Captured) => {
                self.refunds.push(amount);
                self.state
            }
            _ => return false,
        };
        self.state = state;
        true
    }

    /// How much of 100 the cardholder has back, or never paid.
    fn is_back(&self) -> i64 {
        match self.state {
            CardState::Abandoned => 100,
            _ => self.refunds.iter().sum(),
        }
    }
}

/// What happens to one message.
#[derive(Clone, Copy, Debug)]
enum Fate {
    Answered,
    LostOnTheWay,
    AnswerLost,
    Refused,
}

fn send(
    bank: &mut Bank,
    progress: &mut Progress,
    action: CardAction,
    amount: i64,
    fate: Fate,
) -> bool {
    let before = bank.report();
    let mut sent = Sent {
        action,
        trace_before: before.trace,
        refunded_before: before.refunded.minor,
        looks: 0,
        refused: false,
    };
    match fate {
        Fate::Answered => {
            if bank.obey(action, amount) {
                progress.done.push(action);
                progress.sent = None;
                return is_last(action);
            }
            sent.refused = true;
        }
        Fate::LostOnTheWay => {}
        Fate::AnswerLost => drop(bank.obey(action, amount)),
        Fate::Refused => sent.refused = true,
    }
    progress.sent = Some(sent);
    false
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_lost_the_money_goes_back_once_or_not_at_all(
        amount in select(vec![30i64, 100]),
        state in select(vec![CardState::Authorized, CardState::ToBeCaptured, CardState::Captured]),
        fates in prop::collection::vec(
            select(vec![Fate::Answered, Fate::LostOnTheWay, Fate::AnswerLost, Fate::Refused]), 0..12),
        captures in prop::collection::vec(any::<bool>(), 12),
    ) {
        let mut bank = Bank { state, refunds: Vec::new() };
        let wish = Wish { amount: twd(amount), captured: twd(100), in_full_only: false };
        let mut progress = Progress::default();
        let mut fates = fates.into_iter().chain(std::iter::repeat(Fate::Answered));
        let mut captures = captures.into_iter();
        let mut ended = false;
        for day in 0..60 {
            // The daily capture comes whenever it likes, and in the end when a part waits for it. One that came
            // between every two words would never let a full refund through: real ones come once a day.
            if captures.next().unwrap_or(amount < 100) {
                bank.state = match bank.state {
                    CardState::Authorized => CardState::ToBeCaptured,
                    CardState::ToBeCaptured => CardState::Captured,
                    other => other,
                };
            }
            let (remembered, step) = next(&progress, &wish, &bank.report(), noon() + Duration::days(day));
            progress = remembered;
            let outcome = match step {
                Next::Send(action) => {
                    let fate = fates.next().unwrap_or(Fate::Answered);
                    send(&mut bank, &mut progress, action, amount, fate).then_some(Next::Done)
                }
                Next::LookAgain | Next::Later { .. } => None,
                other => Some(other),
            };
            prop_assert!(bank.is_back() == 0 || bank.is_back() == amount, "{bank:?}");
            match outcome {
                Some(Next::Done) => prop_assert_eq!(bank.is_back(), amount),
                Some(Next::Fail(_)) => {
                    prop_assert_eq!(bank.is_back(), 0);
                    prop_assert!(progress.done.is_empty(), "what was begun is handed over, not failed");
                }
                _ => {}
            }
            if outcome.is_some() {
                ended = true;
                break;
            }
        }
        prop_assert!(ended, "it does not go on for ever");
    }
}

fn refund_of_30_sent(bank: &Bank) -> Progress {
    let before = bank.report();
    Progress {
        plan: vec![Refund],
        done: Vec::new(),
        sent: Some(Sent {
            action: Refund,
            trace_before: before.trace,
            refunded_before: before.refunded.minor,
            looks: 0,
            refused: false,
        }),
    }
}

const WISH: Wish = Wish {
    amount: Money::new(30, Currency::Twd),
    captured: Money::new(100, Currency::Twd),
    in_full_only: false,
};

#[test]
fn a_refund_whose_answer_was_lost_is_sent_again_only_after_the_gateway_stood_still_three_times() {
    let bank = Bank {
        state: CardState::Captured,
        refunds: Vec::new(),
    };
    let mut progress = refund_of_30_sent(&bank);
    for expected in [Next::LookAgain, Next::LookAgain, Next::Send(Refund)] {
        let (remembered, step) = next(&progress, &WISH, &bank.report(), noon());
        assert_eq!(step, expected);
        progress = remembered;
    }
}

#[test]
fn a_refund_whose_answer_was_lost_is_done_when_the_gateway_shows_it() {
    let mut bank = Bank {
        state: CardState::Captured,
        refunds: vec![20],
    };
    let progress = refund_of_30_sent(&bank);
    bank.refunds.push(30);
    let (_, step) = next(&progress, &WISH, &bank.report(), noon());
    assert_eq!(step, Next::Done);
}

#[test]
fn what_reads_neither_way_is_for_a_person() {
    let mut bank = Bank {
        state: CardState::Captured,
        refunds: Vec::new(),
    };
    let progress = refund_of_30_sent(&bank);
    bank.refunds.push(31);
    let (_, step) = next(&progress, &WISH, &bank.report(), noon());
    assert_eq!(step, Next::HandOver("unclear_at_gateway"));
}
