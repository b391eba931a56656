//! Staff move a subscription.

use entity::{
    id::SubscriptionId,
    subscriptions::{SubscriptionStatus, subscription},
};
use sea_orm::ActiveValue::Set;

use crate::base::{Access, Code, Error, Op, Result, transition};

use super::{query, schedule};

/// Moves a subscription as the table of moves allows. A pending one is moved by its order alone:
/// settling it makes it active, cancelling it cancels it. A paused one is resumed, which keeps its unused days.
///
/// # Errors
/// [`Code::InvalidState`] for every other move; the message names the present state.
pub async fn update_status(
    op: &Op,
    id: SubscriptionId,
    to: SubscriptionStatus,
) -> Result<subscription::Model> {
    op.require(Access::Staff)?;
    let mut tx = op.begin().await?;
    let row = query::lock(&mut tx, id).await?;
    if [row.status, to].contains(&SubscriptionStatus::Pending) {
        return Err(Error::refused(
            Code::InvalidState,
            format!(
                "This subscription is {}; a pending one follows its order. Settle or cancel the order instead.",
                sea_orm::ActiveEnum::to_value(&row.status)
            ),
        ));
    }
    if row.status == SubscriptionStatus::Paused && to == SubscriptionStatus::Active {
        return Err(Error::refused(
            Code::InvalidState,
            "This subscription is PAUSED: resume it, so that it keeps the days it has not used.",
        ));
    }
    let ended = matches!(
        to,
        SubscriptionStatus::Cancelled | SubscriptionStatus::Expired
    );
    let mut changes = subscription::ActiveModel {
        updated_at: Set(tx.now()),
        ..Default::default()
    };
    if to == SubscriptionStatus::Paused {
        changes.paused_at = Set(Some(tx.now()));
    }
    if to == SubscriptionStatus::PastDue {
        changes.past_due_at = Set(Some(tx.now()));
    }
    if to == SubscriptionStatus::Cancelled {
        changes.cancelled_at = Set(Some(tx.now()));
    }
    if ended {
        changes.ended_at = Set(Some(tx.now()));
        changes.auto_renew = Set(false);
    }
    let row = transition::advance(&mut tx, &row, to, "update_status", changes).await?;
    let row = schedule::reschedule(&tx, row).await?;
    tx.commit().await?;
    Ok(row)
}
