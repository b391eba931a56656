//! A person ends their subscription: now, or when the period they paid for is over.

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
    orders,
    subscriptions::{self, events::SubscriptionPlansChanged, schedule},
};

use super::{
    apply_plan_change::give_up,
    close_order::{Ending, close},
    renew_subscriptions::{close_renewal, end, lock},
};

/// When a subscription is to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum CancelAt {
    /// At once. What was paid is not given back by itself: that is a refund.
    Now,
    /// When the present period is over.
    PeriodEnd,
}

#[derive(Serialize)]
struct Input {
    subscription_id: SubscriptionId,
    at: CancelAt,
}

/// Cancels the caller's subscription (staff: anybody's). An unpaid order of its next period is cancelled with it. One
/// that waits for its first payment, is paused or past due has no paid period left, and ends at once.
///
/// # Errors
/// [`Code::InvalidState`] for one that has run out, or the key's own. One that is cancelled already stays so, and
/// that is no error.
pub async fn cancel_subscription(
    op: &Op,
    id: SubscriptionId,
    at: CancelAt,
    key: &str,
) -> Result<subscription::Model> {
    op.require(Access::SignedIn)?;
    let input = Input {
        subscription_id: id,
        at,
    };
    let key = IdempotencyKey::new(op, "cancelSubscription", key, &input)?;
    let mut tx = op.begin().await?;
    if let Claim::Done(_) = idempotency::claim(&mut tx, &key).await? {
        return subscriptions::query::lock(&mut tx, id).await;
    }
    let row = cancel(&mut tx, id, at).await?;
    idempotency::finish(&mut tx, &key, row.id.to_string()).await?;
    tx.commit().await?;
    Ok(row)
}

async fn cancel(tx: &mut Tx, id: SubscriptionId, at: CancelAt) -> Result<subscription::Model> {
    // Seen through the caller's own eyes before anything is locked for them.
    let seen = subscriptions::query::get(tx.op(), id).await?;
    if seen.status == SubscriptionStatus::Pending {
        let order_id = orders::query::first_of_subscription(tx, id).await?;
        let order = orders::query::lock(tx, order_id).await?;
        if orders::state::is_payable(order.status) {
            close(tx, &order, Ending::Cancelled).await?;
            return subscriptions::query::lock(tx, id).await;
        }
    }
    let (row, renewal) = lock(tx, id).await?;
    match row.status {
        SubscriptionStatus::Cancelled => Ok(row),
        SubscriptionStatus::Expired => Err(Error::refused(
            Code::InvalidState,
            "This subscription has run out; there is nothing to cancel.",
        )),
        SubscriptionStatus::Active | SubscriptionStatus::Trialing if at == CancelAt::PeriodEnd => {
            give_up(tx, &row).await?;
            close_renewal(tx, renewal, SubscriptionStatus::Cancelled).await?;
            let changes = subscription::ActiveModel {
                auto_renew: Set(false),
                cancel_at_period_end: Set(true),
                cancelled_at: Set(row.cancelled_at.or(Some(tx.now()))),
                next_plan_version_id: Set(None),
                ..Default::default()
            };
            let row = schedule::change(tx, &row, changes).await?;
            tx.record(SubscriptionPlansChanged {
                subscription_id: row.id,
                auto_renew: row.auto_renew,
                cancel_at_period_end: row.cancel_at_period_end,
            })?;
            schedule::reschedule(tx, row).await
        }
        _ => {
            let to = SubscriptionStatus::Cancelled;
            end(tx, &row, renewal, to, "cancel_subscription").await
        }
    }
}
