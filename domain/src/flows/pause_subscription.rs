//! A person pauses their subscription: the days they paid for and have not used are kept.

use chrono::{DateTime, Duration, Utc};
use entity::{
    id::SubscriptionId,
    subscriptions::{SubscriptionStatus, subscription},
};
use sea_orm::ActiveValue::Set;

use crate::{
    base::{Access, Code, Error, Op, Result, transition},
    subscriptions::{self, schedule},
};

use super::{
    apply_plan_change::give_up,
    renew_subscriptions::{close_renewal, lock},
};

/// The longest pause.
const MOST: Duration = Duration::days(366);

/// Pauses the caller's active subscription (staff: anybody's), until `until` or until it is resumed. An unpaid order of
/// its next period is cancelled. For one that is paused already, `until` is the new end of its pause.
///
/// # Errors
/// [`Code::InvalidState`] for one that is not active, that is to be cancelled, or whose next period is paid already;
/// [`Code::OutOfRange`] for a day that is past or more than a year away.
pub async fn pause_subscription(
    op: &Op,
    id: SubscriptionId,
    until: Option<DateTime<Utc>>,
) -> Result<subscription::Model> {
    op.require(Access::SignedIn)?;
    subscriptions::query::get(op, id).await?;
    let mut tx = op.begin().await?;
    let (row, renewal) = lock(&mut tx, id).await?;
    let now = tx.now();
    if until.is_some_and(|until| until <= now || until > now + MOST) {
        return Err(Error::invalid(
            "until",
            Code::OutOfRange,
            "A pause ends in the future, within a year.",
        ));
    }
    if row.status == SubscriptionStatus::Active {
        if row.cancel_at_period_end {
            return Err(refused(
                "It is to be cancelled when its period ends; resume it first.",
            ));
        }
        if row.paid_until_at > row.current_period_end {
            return Err(refused(
                "Its next period is paid already: pause it once that has begun.",
            ));
        }
    }
    give_up(&mut tx, &row).await?;
    close_renewal(&mut tx, renewal, SubscriptionStatus::Paused).await?;
    let changes = subscription::ActiveModel {
        paused_at: Set(row.paused_at.or(Some(now))),
        resume_at: Set(until),
        updated_at: Set(now),
        ..Default::default()
    };
    let to = SubscriptionStatus::Paused;
    let row = match row.status {
        SubscriptionStatus::Paused => schedule::change(&tx, &row, changes).await?,
        _ => transition::advance(&mut tx, &row, to, "pause_subscription", changes).await?,
    };
    let row = schedule::reschedule(&tx, row).await?;
    tx.commit().await?;
    Ok(row)
}

fn refused(why: &str) -> Error {
    Error::refused(
        Code::InvalidState,
        format!("This subscription cannot be paused now. {why}"),
    )
}
