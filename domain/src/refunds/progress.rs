//! What to do next about a card refund, from what was sent before and what the gateway says now. Pure.
//!
//! The rule that everything here serves: a refund is never sent a second time while the first may have
//! happened. What was sent counts as not done only when the gateway describes the payment exactly as before,
//! and, for money, does so again and again; whatever reads neither way is for a person.

use chrono::{DateTime, Utc};
use entity::refunds::{
    CardAction,
    refund::{Progress, Sent},
};

use crate::ports::{CardReport, CardState};

use super::plan::{Obstacle, Plan, Wait, Wish, plan};

/// How often the gateway must have stood still before money is sent again. Giving up an authorisation twice
/// does no harm, so that is sent again at once.
const LOOKS_BEFORE_MONEY: u32 = 3;

/// What to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// The money is back. Nothing more to do.
    Done,
    /// Send this.
    Send(CardAction),
    /// Look again then.
    Later {
        /// When.
        until: DateTime<Utc>,
        /// Why.
        wait: Wait,
    },
    /// It cannot be said yet whether it happened: look again soon.
    LookAgain,
    /// It did not happen and will not.
    Fail(Failure),
    /// A person must look; the word says why.
    HandOver(&'static str),
}

/// Why a refund failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The gateway said no; its code was kept.
    Refused,
    /// It cannot be.
    Obstacle(Obstacle),
}

/// What to do next, and the progress to remember with it.
#[must_use]
pub fn next(
    progress: &Progress,
    wish: &Wish,
    report: &CardReport,
    now: DateTime<Utc>,
) -> (Progress, Next) {
    let mut progress = progress.clone();
    let Some(sent) = progress.sent.clone() else {
        return choose(progress, wish, report, now);
    };
    match judge(&sent, wish, report) {
        Verdict::Happened => {
            progress.done.push(sent.action);
            progress.sent = None;
            match is_last(sent.action) || report.state == CardState::Abandoned {
                true => (progress, Next::Done),
                false => choose(progress, wish, report, now),
            }
        }
        Verdict::StoodStill if sent.refused => match progress.done.is_empty() {
            true => (progress, Next::Fail(Failure::Refused)),
            false => (progress, Next::HandOver("refused_halfway")),
        },
        Verdict::StoodStill => {
            let looks = sent.looks + 1;
            if sent.action == CardAction::Refund && looks < LOOKS_BEFORE_MONEY {
                progress.sent = Some(Sent { looks, ..sent });
                return (progress, Next::LookAgain);
            }
            progress.sent = None;
            choose(progress, wish, report, now)
        }
        Verdict::MovedOn => {
            progress.sent = None;
            choose(progress, wish, report, now)
        }
        Verdict::Unclear => (progress, Next::HandOver("unclear_at_gateway")),
    }
}

/// Whether the money is back once this is done.
#[must_use]
pub const fn is_last(action: CardAction) -> bool {
    match action {
        CardAction::Abandon | CardAction::Refund => true,
        CardAction::CancelCapture => false,
    }
}

enum Verdict {
    /// It was done.
    Happened,
    /// Nothing moved since it was sent.
    StoodStill,
    /// It was not done, and something else happened since.
    MovedOn,
    /// Neither can be said.
    Unclear,
}

fn judge(sent: &Sent, wish: &Wish, report: &CardReport) -> Verdict {
    let stood_still = report.trace == sent.trace_before;
    let otherwise = match stood_still {
        true => Verdict::StoodStill,
        false => Verdict::MovedOn,
    };
    match (sent.action, report.state) {
        (_, CardState::NotAuthorized) => Verdict::Unclear,
        (CardAction::Abandon | CardAction::CancelCapture, CardState::Abandoned)
        | (CardAction::CancelCapture, CardState::Authorized) => Verdict::Happened,
        (CardAction::Abandon | CardAction::CancelCapture, _) => otherwise,
        (CardAction::Refund, state) => {
            let went_back = report.refunded.minor - sent.refunded_before;
            let all_is_gone = state == CardState::Abandoned && wish.is_full();
            if went_back == wish.amount.minor || all_is_gone {
                Verdict::Happened
            } else if stood_still {
                Verdict::StoodStill
            } else if sent.refused && went_back == 0 {
                Verdict::MovedOn
            } else {
                Verdict::Unclear
            }
        }
    }
}

fn choose(
    mut progress: Progress,
    wish: &Wish,
    report: &CardReport,
    now: DateTime<Utc>,
) -> (Progress, Next) {
    match plan(wish, report.state, now) {
        Plan::Now(steps) => {
            let first = steps.first().copied();
            progress.plan = [progress.done.clone(), steps].concat();
            match first {
                Some(action) => (progress, Next::Send(action)),
                None => (progress, Next::HandOver("nothing_planned")),
            }
        }
        Plan::Later { until, wait } => (progress, Next::Later { until, wait }),
        Plan::Never(Obstacle::Abandoned) => (progress, Next::HandOver("abandoned_elsewhere")),
        Plan::Never(_) if !progress.done.is_empty() => (progress, Next::HandOver("stuck_halfway")),
        Plan::Never(obstacle) => (progress, Next::Fail(Failure::Obstacle(obstacle))),
    }
}
