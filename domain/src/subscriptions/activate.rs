//! A step of settlement: the first period of a subscription is paid, so it begins.

use chrono::{DateTime, Utc};
use entity::{
    id::SubscriptionId,
    plans::BillingCycle,
    subscriptions::{SubscriptionStatus, subscription},
};
use sea_orm::{ActiveValue::Set, EntityTrait, QuerySelect};

use crate::base::{Error, Result, Tx, transition};

use super::period;

/// Begins the subscription at `paid_at` and gives its first period.
///
/// # Errors
/// The subscription is neither pending nor active, or the plan has no periods: defects, both.
pub async fn activate(
    tx: &mut Tx,
    id: SubscriptionId,
    cycle: BillingCycle,
    paid_at: DateTime<Utc>,
) -> Result<(DateTime<Utc>, DateTime<Utc>)> {
    let row = subscription::Entity::find_by_id(id)
        .lock_exclusive()
        .one(tx.db())
        .await?
        .ok_or(Error::NotFound("subscription"))?;
    let (start, end) = period::period(paid_at, cycle, 0)
        .ok_or_else(|| Error::internal(format!("{id} is to a plan without periods")))?;
    let changes = subscription::ActiveModel {
        anchor_at: Set(Some(start)),
        started_at: Set(Some(start)),
        current_period_start: Set(Some(start)),
        current_period_end: Set(Some(end)),
        updated_at: Set(tx.now()),
        ..Default::default()
    };
    transition::advance(tx, &row, SubscriptionStatus::Active, "settlement", changes).await?;
    Ok((start, end))
}
