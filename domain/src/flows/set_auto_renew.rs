//! A person says whether their subscription goes on by itself.

use entity::{
    id::SubscriptionId,
    subscriptions::{SubscriptionStatus, subscription},
};
use sea_orm::ActiveValue::Set;

use serde::Serialize;

use crate::{
    base::{
        Access, Code, Error, Op, Result, Tx,
        idempotency::{self, Claim, IdempotencyKey},
    },
    subscriptions::{self, events::SubscriptionPlansChanged, schedule},
};

use super::renew_subscriptions::{close_renewal, lock};

#[derive(Serialize)]
struct Input {
    subscription_id: SubscriptionId,
    auto_renew: bool,
}

/// Turns the renewal of the caller's subscription (staff: anybody's) on or off. Off: an unpaid order of the next period
/// is cancelled and it runs out with its period. On: a cancellation at the period's end is taken back.
///
/// # Errors
/// [`Code::InvalidState`] for one that has ended, or that is past due: that one is paid or cancelled. Or the key's own.
pub async fn set_auto_renew(
    op: &Op,
    id: SubscriptionId,
    auto_renew: bool,
    key: &str,
) -> Result<subscription::Model> {
    op.require(Access::SignedIn)?;
    let input = Input {
        subscription_id: id,
        auto_renew,
    };
    let key = IdempotencyKey::new(op, "setAutoRenew", key, &input)?;
    let mut tx = op.begin().await?;
    if let Claim::Done(_) = idempotency::claim(&mut tx, &key).await? {
        return subscriptions::query::lock(&mut tx, id).await;
    }
    let row = set(&mut tx, id, auto_renew).await?;
    idempotency::finish(&mut tx, &key, row.id.to_string()).await?;
    tx.commit().await?;
    Ok(row)
}

/// The same, in the caller's transaction.
pub(super) async fn set(
    tx: &mut Tx,
    id: SubscriptionId,
    auto_renew: bool,
) -> Result<subscription::Model> {
    // Seen through the caller's own eyes before anything is locked for them.
    subscriptions::query::get(tx.op(), id).await?;
    let (row, renewal) = lock(tx, id).await?;
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
        close_renewal(tx, renewal, SubscriptionStatus::Cancelled).await?;
    }
    let changes = subscription::ActiveModel {
        auto_renew: Set(auto_renew),
        cancel_at_period_end: Set(false),
        cancelled_at: Set(None),
        ..Default::default()
    };
    let row = schedule::change(tx, &row, changes).await?;
    tx.record(SubscriptionPlansChanged {
        subscription_id: row.id,
        auto_renew,
        cancel_at_period_end: false,
    })?;
    schedule::reschedule(tx, row).await
}
