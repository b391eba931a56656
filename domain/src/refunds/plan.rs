//! Which steps bring a card payment back, from how far it is on its way to us. Pure.
//!
//! What was never captured is given up, which costs nobody anything; what is about to be captured is taken out
//! first; what was captured is sent back. A part can only be sent back, so it waits for the capture.

use chrono::{DateTime, Duration, NaiveTime, Utc};
use entity::{money::Money, refunds::CardAction};

use crate::{
    base::{Code, clock::taipei},
    ports::CardState,
};

/// What is to go back, of what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wish {
    /// How much is to go back.
    pub amount: Money,
    /// How much came.
    pub captured: Money,
    /// Whether the gateway gives this payment back in full only.
    pub in_full_only: bool,
}

impl Wish {
    /// Whether all that came is to go back.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.amount == self.captured
    }
}

/// What to do about a wish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Plan {
    /// These steps, in order.
    Now(Vec<CardAction>),
    /// Nothing before then.
    Later {
        /// When to look again.
        until: DateTime<Utc>,
        /// Why.
        wait: Wait,
    },
    /// It cannot be.
    Never(Obstacle),
}

/// Why a refund waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// The gateway captures at this time of the day, and is left alone.
    QuietHours,
    /// A part can go back only once the whole was captured.
    Capture,
}

impl Wait {
    /// One word, for rows and logs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::QuietHours => "quiet_hours",
            Self::Capture => "awaits_capture",
        }
    }
}

/// Why a refund cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// More than came.
    ExceedsCapture,
    /// Instalments and bonus points go back in full or not at all.
    InFullOnly,
    /// The bank never said yes.
    NotAuthorized,
    /// The authorisation was given up already: no money will come that could go back.
    Abandoned,
}

impl Obstacle {
    /// The code that leaves the house.
    #[must_use]
    pub const fn code(self) -> Code {
        match self {
            Self::ExceedsCapture => Code::RefundExceedsCapture,
            Self::InFullOnly => Code::RefundInFullOnly,
            Self::NotAuthorized | Self::Abandoned => Code::NotRefundable,
        }
    }

    /// A sentence for staff.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::ExceedsCapture => "This is more than came, or more than is left of it.",
            Self::InFullOnly => {
                "This payment was made in instalments or with bonus points: it goes back in full or not at all."
            }
            Self::NotAuthorized => "The bank never authorised this payment.",
            Self::Abandoned => {
                "The gateway has given this authorisation up already: the card is never charged."
            }
        }
    }
}

/// The gateway captures at 20:15 in Taipei and is not to be told anything until 20:30.
const QUIET_FROM: (u32, u32) = (20, 15);
const QUIET_UNTIL: (u32, u32) = (20, 30);
/// What is sent takes its time, and must not arrive when the capture has begun.
const ON_THE_WAY: Duration = Duration::seconds(30);

/// What to do about `wish` while the payment is in this state.
#[must_use]
pub fn plan(wish: &Wish, state: CardState, now: DateTime<Utc>) -> Plan {
    if wish.amount.currency != wish.captured.currency || wish.amount.minor > wish.captured.minor {
        return Plan::Never(Obstacle::ExceedsCapture);
    }
    if wish.in_full_only && !wish.is_full() {
        return Plan::Never(Obstacle::InFullOnly);
    }
    let steps = match (state, wish.is_full()) {
        (CardState::NotAuthorized, _) => return Plan::Never(Obstacle::NotAuthorized),
        (CardState::Abandoned, _) => return Plan::Never(Obstacle::Abandoned),
        (CardState::Authorized, false) => {
            return Plan::Later {
                until: end_of_quiet_hours(now),
                wait: Wait::Capture,
            };
        }
        (CardState::Authorized, true) => vec![CardAction::Abandon],
        (CardState::ToBeCaptured, true) => vec![CardAction::CancelCapture, CardAction::Abandon],
        (CardState::ToBeCaptured, false) | (CardState::Captured, _) => vec![CardAction::Refund],
    };
    if is_quiet(now) {
        return Plan::Later {
            until: end_of_quiet_hours(now),
            wait: Wait::QuietHours,
        };
    }
    Plan::Now(steps)
}

/// Whether the gateway is to be left alone.
#[must_use]
pub fn is_quiet(now: DateTime<Utc>) -> bool {
    let local = now.with_timezone(&taipei()).time();
    local >= time(QUIET_FROM) - ON_THE_WAY && local < time(QUIET_UNTIL)
}

/// The next end of the quiet hours, today's or tomorrow's.
fn end_of_quiet_hours(now: DateTime<Utc>) -> DateTime<Utc> {
    let local = now.with_timezone(&taipei());
    let until_then = time(QUIET_UNTIL) - local.time();
    match until_then > Duration::zero() {
        true => now + until_then,
        false => now + until_then + Duration::days(1),
    }
}

fn time((hour, minute): (u32, u32)) -> NaiveTime {
    NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use CardAction::{Abandon, CancelCapture, Refund};
    use CardState::{Abandoned, Authorized, Captured, NotAuthorized, ToBeCaptured};
    use entity::money::Currency;
    use proptest::prelude::*;

    fn twd(minor: i64) -> Money {
        Money::new(minor, Currency::Twd)
    }

    fn wish(amount: i64, in_full_only: bool) -> Wish {
        Wish {
            amount: twd(amount),
            captured: twd(100),
            in_full_only,
        }
    }

    fn at(local: &str) -> DateTime<Utc> {
        format!("2026-11-21T{local}+08:00")
            .parse::<DateTime<chrono::FixedOffset>>()
            .unwrap()
            .with_timezone(&Utc)
    }

    #[test]
    fn the_state_chooses_the_steps() {
        let noon = at("12:00:00");
        for (amount, state, expected) in [
            (100, Authorized, Plan::Now(vec![Abandon])),
            (100, ToBeCaptured, Plan::Now(vec![CancelCapture, Abandon])),
            (100, Captured, Plan::Now(vec![Refund])),
            (30, ToBeCaptured, Plan::Now(vec![Refund])),
            (30, Captured, Plan::Now(vec![Refund])),
            (100, NotAuthorized, Plan::Never(Obstacle::NotAuthorized)),
            (100, Abandoned, Plan::Never(Obstacle::Abandoned)),
            (101, Captured, Plan::Never(Obstacle::ExceedsCapture)),
        ] {
            let planned = plan(&wish(amount, false), state, noon);
            assert_eq!(planned, expected, "{amount} {state:?}");
        }
    }

    #[test]
    fn a_part_of_what_is_only_authorized_waits_for_the_capture() {
        let waits = |until| Plan::Later {
            until,
            wait: Wait::Capture,
        };
        let part = wish(30, false);
        assert_eq!(
            plan(&part, Authorized, at("12:00:00")),
            waits(at("20:30:00"))
        );
        assert_eq!(
            plan(&part, Authorized, at("20:30:00")),
            waits(at("20:30:00") + Duration::days(1))
        );
    }

    #[test]
    fn instalments_go_back_in_full_only() {
        let noon = at("12:00:00");
        for state in [Authorized, ToBeCaptured, Captured] {
            assert_eq!(
                plan(&wish(99, true), state, noon),
                Plan::Never(Obstacle::InFullOnly)
            );
            assert!(matches!(plan(&wish(100, true), state, noon), Plan::Now(_)));
        }
    }

    #[test]
    fn the_gateway_is_left_alone_while_it_captures() {
        for (local, quiet) in [
            ("20:14:29", false),
            ("20:14:30", true),
            ("20:15:00", true),
            ("20:29:59", true),
            ("20:30:00", false),
            ("08:15:00", false),
            ("23:59:59", false),
        ] {
            let now = at(local);
            assert_eq!(is_quiet(now), quiet, "{local}");
            for (amount, state) in [
                (100, Authorized),
                (100, ToBeCaptured),
                (100, Captured),
                (30, ToBeCaptured),
                (30, Captured),
            ] {
                let planned = plan(&wish(amount, false), state, now);
                let later = Plan::Later {
                    until: at("20:30:00"),
                    wait: Wait::QuietHours,
                };
                assert_eq!(planned == later, quiet, "{local} {amount} {state:?}");
            }
        }
    }

    fn states() -> impl Strategy<Value = CardState> {
        prop::sample::select(vec![
            NotAuthorized,
            Authorized,
            ToBeCaptured,
            Captured,
            Abandoned,
        ])
    }

    proptest! {
        #[test]
        fn no_plan_gives_back_more_than_was_wished_or_in_the_quiet_hours(
            amount in 1i64..200, captured in 1i64..200, in_full_only: bool, state in states(),
            seconds in 0i64..172_800,
        ) {
            let wish = Wish { amount: twd(amount), captured: twd(captured), in_full_only };
            let now = at("00:00:00") + Duration::seconds(seconds);
            match plan(&wish, state, now) {
                Plan::Now(steps) => {
                    prop_assert!(!is_quiet(now));
                    prop_assert!(amount <= captured);
                    prop_assert!(wish.is_full() || !in_full_only);
                    // Only a refund knows of parts: everything else is for the whole.
                    prop_assert!(wish.is_full() || steps == [Refund]);
                    let last = steps.last().copied();
                    prop_assert!(matches!(last, Some(Abandon | Refund)), "the money is back after the last step");
                }
                Plan::Later { until, .. } => {
                    prop_assert!(until > now && until <= now + Duration::days(1));
                    prop_assert!(!is_quiet(until));
                }
                Plan::Never(_) => {}
            }
        }
    }
}
