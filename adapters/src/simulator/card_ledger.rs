//! Card payments between authorisation and money: what ECPay keeps of them, how its daily capture moves them,
//! and what a shop may do with them when.

use chrono::{DateTime, Duration, NaiveTime, Utc};
use domain::base::clock::taipei;
use serde::{Deserialize, Serialize};

/// How far a card payment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CardState {
    /// 已授權: the bank holds the money.
    Authorized,
    /// 要關帳: the next capture takes it.
    ToBeCaptured,
    /// 已關帳: it was taken.
    Captured,
    /// 已取消: the authorisation was given up.
    Abandoned,
}

/// Money that was, or is to be, taken from the card; below zero, given back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closing {
    /// Counts up within the payment.
    pub number: u32,
    /// How much, in whole dollars.
    pub amount: i64,
    /// When it was made.
    pub at: DateTime<Utc>,
    /// Where it stands: 要關帳, 已關帳, 操作取消.
    pub status: ClosingStatus,
}

/// Where a closing stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClosingStatus {
    /// 要關帳
    Waiting,
    /// 已關帳
    Closed,
    /// 操作取消
    CalledOff,
}

/// What is kept of a card payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardLedger {
    /// The number of the authorisation, `gwsr`.
    pub authorization_no: u64,
    /// How much was authorised, in whole dollars.
    pub amount: u32,
    /// Since when.
    pub authorized_at: DateTime<Utc>,
    /// How far it is.
    pub state: CardState,
    /// What was taken and given back, oldest first.
    pub closings: Vec<Closing>,
}

/// What a shop tells us to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// C: capture it.
    Capture,
    /// E: call the capture off.
    CancelCapture,
    /// N: give the authorisation up.
    Abandon,
    /// R: give money back.
    Refund,
}

impl Action {
    /// The action of this letter.
    #[must_use]
    pub fn from_letter(letter: &str) -> Option<Self> {
        Some(match letter {
            "C" => Self::Capture,
            "E" => Self::CancelCapture,
            "N" => Self::Abandon,
            "R" => Self::Refund,
            _ => return None,
        })
    }
}

/// The daily capture, in Taipei: it begins then, and is over then.
const CAPTURE_FROM: (u32, u32) = (20, 15);
const CAPTURE_UNTIL: (u32, u32) = (20, 30);

impl CardLedger {
    /// A payment that was authorised just now.
    #[must_use]
    pub const fn new(authorization_no: u64, amount: u32, now: DateTime<Utc>) -> Self {
        Self {
            authorization_no,
            amount,
            authorized_at: now,
            state: CardState::Authorized,
            closings: Vec::new(),
        }
    }

    /// Lets the daily captures happen that should have happened by now.
    pub fn catch_up(&mut self, now: DateTime<Utc>) {
        if self.state == CardState::Authorized {
            let begins = next(self.authorized_at, CAPTURE_FROM);
            if begins <= now {
                self.capture(begins);
            }
        }
        for closing in &mut self.closings {
            if closing.status == ClosingStatus::Waiting && next(closing.at, CAPTURE_UNTIL) <= now {
                closing.status = ClosingStatus::Closed;
                if closing.amount > 0 {
                    self.state = CardState::Captured;
                }
            }
        }
    }

    /// Moves it there at once, as if its time had come.
    pub fn move_to(&mut self, state: CardState, now: DateTime<Utc>) {
        self.closings.clear();
        self.authorized_at = now;
        self.state = state;
        if matches!(state, CardState::ToBeCaptured | CardState::Captured) {
            self.capture(now);
            self.state = state;
            for closing in &mut self.closings {
                if state == CardState::Captured {
                    closing.status = ClosingStatus::Closed;
                }
            }
        }
    }

    /// Does what the shop says, as far as the state allows.
    ///
    /// # Errors
    /// Why not, for the answer.
    pub fn obey(
        &mut self,
        action: Action,
        amount: u32,
        now: DateTime<Utc>,
    ) -> Result<(), &'static str> {
        self.catch_up(now);
        if is_capturing(now) {
            return Err("the daily capture is running");
        }
        let is_whole = amount == self.amount;
        match (action, self.state) {
            (Action::Capture, CardState::Authorized) if is_whole => self.capture(now),
            (Action::CancelCapture, CardState::ToBeCaptured) if self.refunded() == 0 => {
                for closing in &mut self.closings {
                    if closing.status == ClosingStatus::Waiting {
                        closing.status = ClosingStatus::CalledOff;
                    }
                }
                self.state = CardState::Authorized;
                self.authorized_at = now;
            }
            (Action::Abandon, CardState::Authorized) if is_whole => {
                self.state = CardState::Abandoned;
            }
            (Action::Refund, CardState::ToBeCaptured) if is_whole => {
                return Err("in full: cancel the capture, then abandon");
            }
            (Action::Refund, CardState::ToBeCaptured | CardState::Captured) => {
                let left = i64::from(self.amount) - self.refunded();
                if amount == 0 || i64::from(amount) > left {
                    return Err("more than is left of it");
                }
                self.add(-i64::from(amount), now);
            }
            _ => return Err("the state does not allow this action"),
        }
        Ok(())
    }

    /// How much was given back, in whole dollars.
    #[must_use]
    pub fn refunded(&self) -> i64 {
        self.closings
            .iter()
            .filter(|closing| closing.amount < 0 && closing.status != ClosingStatus::CalledOff)
            .map(|closing| -closing.amount)
            .sum()
    }

    fn capture(&mut self, at: DateTime<Utc>) {
        self.add(i64::from(self.amount), at);
        self.state = CardState::ToBeCaptured;
    }

    fn add(&mut self, amount: i64, at: DateTime<Utc>) {
        let number = u32::try_from(self.closings.len() + 1).unwrap_or(u32::MAX);
        self.closings.push(Closing {
            number,
            amount,
            at,
            status: ClosingStatus::Waiting,
        });
    }
}

/// Whether the daily capture is running.
#[must_use]
pub fn is_capturing(now: DateTime<Utc>) -> bool {
    let local = now.with_timezone(&taipei()).time();
    (time(CAPTURE_FROM)..time(CAPTURE_UNTIL)).contains(&local)
}

/// The first such time of a day at or after `since`.
fn next(since: DateTime<Utc>, at: (u32, u32)) -> DateTime<Utc> {
    let ahead = time(at) - since.with_timezone(&taipei()).time();
    match ahead >= Duration::zero() {
        true => since + ahead,
        false => since + ahead + Duration::days(1),
    }
}

fn time((hour, minute): (u32, u32)) -> NaiveTime {
    NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noon() -> DateTime<Utc> {
        "2026-11-21T04:00:00Z".parse().unwrap()
    }

    fn hours(number: i64) -> Duration {
        Duration::hours(number)
    }

    #[test]
    fn what_is_authorized_today_is_captured_tonight() {
        let mut card = CardLedger::new(7, 100, noon());
        for (after, state) in [
            (hours(8) + Duration::minutes(14), CardState::Authorized),
            (hours(8) + Duration::minutes(15), CardState::ToBeCaptured),
            (hours(8) + Duration::minutes(30), CardState::Captured),
        ] {
            card.catch_up(noon() + after);
            assert_eq!(card.state, state, "{after}");
        }
        assert_eq!(card.closings.len(), 1, "taken once");
    }

    #[test]
    fn each_state_takes_its_own_actions() {
        use Action::{Abandon, CancelCapture, Capture, Refund};
        use CardState::{Abandoned, Authorized, Captured, ToBeCaptured};
        let ask = |state, action, amount| {
            let mut card = CardLedger::new(7, 100, noon());
            card.move_to(state, noon());
            card.obey(action, amount, noon()).ok().map(|()| card.state)
        };
        for (state, action, amount, expected) in [
            (Authorized, Abandon, 100, Some(Abandoned)),
            (Authorized, Abandon, 30, None),
            (Authorized, Refund, 100, None),
            (Authorized, CancelCapture, 100, None),
            (Authorized, Capture, 100, Some(ToBeCaptured)),
            (ToBeCaptured, CancelCapture, 100, Some(Authorized)),
            (ToBeCaptured, Refund, 100, None),
            (ToBeCaptured, Refund, 30, Some(ToBeCaptured)),
            (ToBeCaptured, Abandon, 100, None),
            (Captured, Refund, 100, Some(Captured)),
            (Captured, Refund, 30, Some(Captured)),
            (Captured, Refund, 101, None),
            (Captured, Abandon, 100, None),
            (Captured, CancelCapture, 100, None),
            (Abandoned, Refund, 100, None),
        ] {
            let obeyed = ask(state, action, amount);
            assert_eq!(obeyed, expected, "{state:?} {action:?} {amount}");
        }
    }

    #[test]
    fn parts_add_up_to_the_whole_and_no_further() {
        let mut card = CardLedger::new(7, 100, noon());
        card.move_to(CardState::Captured, noon());
        for (amount, is_done) in [(60, true), (41, false), (40, true), (1, false)] {
            let obeyed = card.obey(Action::Refund, amount, noon());
            assert_eq!(obeyed.is_ok(), is_done, "{amount}");
        }
        assert_eq!(card.refunded(), 100);
    }

    #[test]
    fn nothing_is_done_while_the_capture_runs() {
        let mut card = CardLedger::new(7, 100, noon());
        card.move_to(CardState::Captured, noon());
        let quiet = noon() + hours(8) + Duration::minutes(20);
        assert!(card.obey(Action::Refund, 100, quiet).is_err());
        let later = quiet + Duration::minutes(10);
        assert!(card.obey(Action::Refund, 100, later).is_ok());
    }
}
