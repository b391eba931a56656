//! A paused subscription goes on, or one that was to be cancelled stays.

use entity::{
    id::SubscriptionId,
    subscriptions::{SubscriptionStatus, subscription},
};
use sea_orm::ActiveValue::Set;

use crate::{
    base::{Access, Code, Error, Op, Result, Tx, transition},
    subscriptions::{self, schedule},
};

use super::set_auto_renew::set;

/// Resumes the caller's subscription (staff: anybody's): a pause ends now, or a cancellation at the period's end is taken
/// back. One that runs already stays so, and that is no error.
///
/// # Errors
/// [`Code::InvalidState`] for one that has ended.
pub async fn resume_subscription(op: &Op, id: SubscriptionId) -> Result<subscription::Model> {
    op.require(Access::SignedIn)?;
    let seen = subscriptions::query::get(op, id).await?;
    if seen.status != SubscriptionStatus::Paused {
        return match seen.cancel_at_period_end {
            true => {
                let mut tx = op.begin().await?;
                let row = set(&mut tx, id, true).await?;
                tx.commit().await?;
                Ok(row)
            }
            false => running(seen),
        };
    }
    let mut tx = op.begin().await?;
    let row = subscriptions::query::lock(&mut tx, id).await?;
    if row.status == SubscriptionStatus::Paused {
        wake(&mut tx, row, "resume_subscription").await?;
    }
    let row = subscriptions::query::lock(&mut tx, id).await?;
    tx.commit().await?;
    Ok(row)
}

fn running(row: subscription::Model) -> Result<subscription::Model> {
    match row.status {
        SubscriptionStatus::Active | SubscriptionStatus::Trialing => Ok(row),
        status => Err(Error::refused(
            Code::InvalidState,
            format!(
                "This subscription is {}; only a paused one, or one to be cancelled, is resumed.",
                sea_orm::ActiveEnum::to_value(&status)
            ),
        )),
    }
}

/// Ends the pause of a subscription that the caller holds locked: its period is longer by the time it slept, and further
/// periods are counted from that period's end.
///
/// # Errors
/// It is not paused, which is a defect.
pub(super) async fn wake(tx: &mut Tx, row: subscription::Model, cause: &str) -> Result<()> {
    let slept = row.paused_at.map(|since| tx.now() - since);
    let end = row.current_period_end.zip(slept);
    let end = end.map(|(end, slept)| end + slept);
    let changes = subscription::ActiveModel {
        current_period_end: Set(end),
        paid_until_at: Set(end),
        anchor_at: Set(end),
        // The next period is the first one from the new anchor.
        period_count: Set(-1),
        paused_at: Set(None),
        resume_at: Set(None),
        updated_at: Set(tx.now()),
        ..Default::default()
    };
    let to = SubscriptionStatus::Active;
    let row = transition::advance(tx, &row, to, cause, changes).await?;
    schedule::reschedule(tx, row).await?;
    Ok(())
}
