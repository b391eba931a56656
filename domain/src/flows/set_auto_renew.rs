//! A person says whether their subscription goes on by itself.

use entity::{
    id::SubscriptionId,
    subscriptions::{SubscriptionStatus, subscription},
};
use sea_orm::ActiveValue::Set;

use crate::{
    base::{Access, Code, Error, Op, Result},
    subscriptions::{self, events::SubscriptionPlansChanged, schedule},
};

use super::renew_subscriptions::{close_renewal, lock};

/// Turns the renewal of the caller's subscription (staff: anybody's) on or off. Off: an unpaid order of the next period
/// is cancelled and it runs out with its period. On: a cancellation at the period's end is taken back.
///
/// # Errors
/// [`Code::InvalidState`] for one that has ended, or that is past due: that one is paid or cancelled.
pub async fn set_auto_renew(
    op: &Op,
    id: SubscriptionId,
    auto_renew: bool,
) -> Result<subscription::Model> {
    op.require(Access::SignedIn)?;
    subscriptions::query::get(op, id).await?;
    let mut tx = op.begin().await?;
    let (row, renewal) = lock(&mut tx, id).await?;
    match row.status {
        SubscriptionStatus::Cancelled | SubscriptionStatus::Expired => {
            return Err(Error::refused(
                Code::InvalidState,
                "This subscription has ended; subscribe anew.",
            ));
        }
        SubscriptionStatus::PastDue if !auto_renew => {
            return Err(Error::refused(
                Code::InvalidState,
                "This subscription is PAST_DUE: pay its open order, or cancel the subscription.",
            ));
        }
        _ => {}
    }
    if row.auto_renew == auto_renew && !row.cancel_at_period_end {
        return Ok(row);
    }
    if !auto_renew {
        close_renewal(&mut tx, renewal, SubscriptionStatus::Cancelled).await?;
    }
    let changes = subscription::ActiveModel {
        auto_renew: Set(auto_renew),
        cancel_at_period_end: Set(false),
        cancelled_at: Set(None),
        ..Default::default()
    };
    let row = schedule::change(&tx, &row, changes).await?;
    tx.record(SubscriptionPlansChanged {
        subscription_id: row.id,
        auto_renew,
        cancel_at_period_end: false,
    })?;
    let row = schedule::reschedule(&tx, row).await?;
    tx.commit().await?;
    Ok(row)
}
