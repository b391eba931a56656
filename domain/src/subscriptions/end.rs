//! A step of a refund: the period that was paid is given back, so the subscription ends with it.

use chrono::{DateTime, Utc};
use entity::{
    id::SubscriptionId,
    subscriptions::{SubscriptionStatus, subscription},
};
use sea_orm::{ActiveValue::Set, EntityTrait, QuerySelect};

use crate::base::{Error, Result, Tx, transition};

use super::state::may_move;

/// Ends the subscription at once, if it runs and is in the period that began at `period_start`. A later period
/// was paid by another order, and an ended subscription has ended: both are left alone.
///
/// # Errors
/// It does not exist.
pub async fn end_period(
    tx: &mut Tx,
    id: SubscriptionId,
    period_start: Option<DateTime<Utc>>,
    cause: &str,
) -> Result<()> {
    let row = subscription::Entity::find_by_id(id)
        .lock_exclusive()
        .one(tx.db())
        .await?
        .ok_or(Error::NotFound("subscription"))?;
    let is_current = period_start.is_some() && row.current_period_start == period_start;
    if !is_current || !may_move(row.status, SubscriptionStatus::Cancelled) {
        return Ok(());
    }
    let changes = subscription::ActiveModel {
        cancelled_at: Set(Some(tx.now())),
        ended_at: Set(Some(tx.now())),
        auto_renew: Set(false),
        updated_at: Set(tx.now()),
        ..Default::default()
    };
    transition::advance(tx, &row, SubscriptionStatus::Cancelled, cause, changes).await?;
    Ok(())
}
