//! What happens to a subscription next, and when. Pure: a row, its next renewal and the rules go in, a date comes out.
//!
//! Everything that time does to a subscription is decided here and nowhere else; the clockwork carries it out.

use chrono::{DateTime, Duration, Utc};
use entity::{
    plans::BillingCycle,
    subscriptions::{SubscriptionStatus, renewal, subscription},
};

use crate::base::policy::Policy;

use super::period;

/// After how many failures in a row a subscription is left to a person.
pub const MOST_FAILURES: i32 = 10;

/// Whether the clockwork has left it to a person.
#[must_use]
pub const fn is_parked(row: &subscription::Model) -> bool {
    row.failures >= MOST_FAILURES
}

/// What time does to a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The order of the next period is placed.
    OrderRenewal,
    /// The next period is paid and begins.
    BeginPaidPeriod,
    /// Its owner has asked for it to end here.
    Cancel,
    /// It does not go on by itself, so it ends here.
    RunOut,
    /// The next period is not paid: it is past due.
    FallBehind,
    /// Its owner is reminded: the rung of the ladder, from 1.
    Remind(i32),
    /// Nobody paid: it is over.
    Expire,
    /// A pause is over.
    Resume,
}

/// What happens next and when, if nobody does anything before. `None`: time does nothing to it.
#[must_use]
pub fn upcoming(
    row: &subscription::Model,
    renewal: Option<&renewal::Model>,
    rules: &Policy,
) -> Option<(DateTime<Utc>, Step)> {
    match row.status {
        SubscriptionStatus::Active | SubscriptionStatus::Trialing => running(row, renewal, rules),
        SubscriptionStatus::PastDue => past_due(row, renewal, rules),
        SubscriptionStatus::Paused => Some((row.resume_at?, Step::Resume)),
        SubscriptionStatus::Pending
        | SubscriptionStatus::Cancelled
        | SubscriptionStatus::Expired => None,
    }
}

fn running(
    row: &subscription::Model,
    renewal: Option<&renewal::Model>,
    rules: &Policy,
) -> Option<(DateTime<Utc>, Step)> {
    let end = row.current_period_end?;
    let unpaid = match row.status {
        // A trial is converted by paying, or ends.
        SubscriptionStatus::Trialing => Step::Expire,
        _ => Step::FallBehind,
    };
    Some(if row.paid_until_at.is_some_and(|paid| paid > end) {
        (end, Step::BeginPaidPeriod)
    } else if row.cancel_at_period_end {
        (end, Step::Cancel)
    } else if !row.auto_renew {
        (end, Step::RunOut)
    } else if is_open(renewal) {
        (end, unpaid)
    } else {
        (end - lead(row, rules), Step::OrderRenewal)
    })
}

fn past_due(
    row: &subscription::Model,
    renewal: Option<&renewal::Model>,
    rules: &Policy,
) -> Option<(DateTime<Utc>, Step)> {
    let since = row.past_due_at?;
    if !is_open(renewal) {
        return Some((since, Step::OrderRenewal));
    }
    let passed = usize::try_from(row.dunning_step).unwrap_or_default();
    Some(match rules.dunning_days.get(passed) {
        Some(days) => (
            since + Duration::days(*days),
            Step::Remind(row.dunning_step + 1),
        ),
        None => (over_at(since, rules), Step::Expire),
    })
}

fn is_open(renewal: Option<&renewal::Model>) -> bool {
    renewal.is_some_and(|renewal| renewal.closed_at.is_none())
}

/// When a subscription that fell behind then is given up: a day after the last rung of the ladder.
#[must_use]
pub fn over_at(past_due_at: DateTime<Utc>, rules: &Policy) -> DateTime<Utc> {
    let last = rules.dunning_days.last().copied().unwrap_or_default();
    past_due_at + Duration::days(last + 1)
}

/// How long before the end of its period the next one is ordered.
#[must_use]
pub fn lead(row: &subscription::Model, rules: &Policy) -> Duration {
    match (row.current_period_start, row.current_period_end) {
        (Some(start), Some(end)) => rules.renewal_lead.min((end - start) / 3),
        _ => rules.renewal_lead,
    }
}

/// The period after the present one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NextPeriod {
    /// Which it is, counted from the anchor. The one with 0 begins at a new anchor.
    pub count: i32,
    /// When it begins.
    pub start: DateTime<Utc>,
    /// When it ends (exclusive).
    pub end: DateTime<Utc>,
}

/// The period after the present one. Where the cycle stays, it keeps the anchor's day; where it changes, and after
/// a trial or a pause, the end of the present period is the new anchor. `None` for what has no further period.
#[must_use]
pub fn next_period(
    row: &subscription::Model,
    cycle: BillingCycle,
    next_cycle: BillingCycle,
) -> Option<NextPeriod> {
    let now_ends = row.current_period_end?;
    let keeps_anchor = row.status != SubscriptionStatus::Trialing && cycle == next_cycle;
    let (anchor, count) = match keeps_anchor {
        true => (row.anchor_at?, row.period_count.checked_add(1)?),
        false => (now_ends, 0),
    };
    let (start, end) = period::period(anchor, next_cycle, u32::try_from(count).ok()?)?;
    Some(NextPeriod { count, start, end })
}

/// Until when it gives what it gives, if nobody pays any more.
#[must_use]
pub fn access_until(row: &subscription::Model, rules: &Policy) -> Option<DateTime<Utc>> {
    let paid = row.paid_until_at.or(row.current_period_end)?;
    match row.status {
        SubscriptionStatus::PastDue => Some(row.past_due_at.unwrap_or(paid) + rules.grace),
        SubscriptionStatus::Active if row.auto_renew && !row.cancel_at_period_end => {
            Some(paid + rules.grace)
        }
        SubscriptionStatus::Active | SubscriptionStatus::Trialing => Some(paid),
        SubscriptionStatus::Pending
        | SubscriptionStatus::Paused
        | SubscriptionStatus::Cancelled
        | SubscriptionStatus::Expired => None,
    }
}

#[cfg(test)]
#[path = "calendar_tests.rs"]
mod tests;
