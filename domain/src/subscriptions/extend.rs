//! Steps of settlement and of the clockwork: a further period is paid, and begins when it is its time.

use chrono::{DateTime, Utc};
use entity::{
    id::SubscriptionId,
    plans::plan_version,
    subscriptions::{SubscriptionStatus, renewal, subscription},
};
use sea_orm::{ActiveValue::Set, EntityTrait};

use crate::base::{Error, Result, Tx, transition};

use super::{
    events::{SubscriptionPeriodBegan, SubscriptionPeriodPaid},
    query, schedule,
};

/// Notes that the period which begins at `start` is paid; it begins at once when its time has come.
///
/// # Errors
/// It was not ordered, or the subscription has ended: defects, both.
pub async fn extend(
    tx: &mut Tx,
    id: SubscriptionId,
    start: DateTime<Utc>,
) -> Result<(DateTime<Utc>, DateTime<Utc>)> {
    let row = query::lock(tx, id).await?;
    let renewal = renewal::Entity::find_by_id((id, start))
        .one(tx.db())
        .await?
        .ok_or_else(|| Error::internal(format!("{id} has no renewal at {start}")))?;
    let changes = subscription::ActiveModel {
        paid_until_at: Set(Some(renewal.period_end)),
        ..Default::default()
    };
    let row = schedule::change(tx, &row, changes).await?;
    tx.record(SubscriptionPeriodPaid {
        subscription_id: id,
        order_id: renewal.order_id,
        period_start: start,
        period_end: renewal.period_end,
    })?;
    let its_time = row.status == SubscriptionStatus::PastDue || start <= tx.now();
    if its_time {
        begin(tx, row, &renewal).await?;
    } else {
        schedule::reschedule(tx, row).await?;
    }
    Ok((start, renewal.period_end))
}

/// Begins the paid period that this renewal ordered.
///
/// # Errors
/// The subscription has ended, which is a defect.
pub async fn begin(
    tx: &mut Tx,
    row: subscription::Model,
    renewal: &renewal::Model,
) -> Result<subscription::Model> {
    let anchor = match renewal.period_count {
        0 => Some(renewal.period_start),
        _ => row.anchor_at,
    };
    let terms = plan_version::Entity::find_by_id(renewal.plan_version_id)
        .one(tx.db())
        .await?
        .ok_or(Error::NotFound("plan version"))?;
    let changes = subscription::ActiveModel {
        plan_id: Set(terms.plan_id),
        anchor_at: Set(anchor),
        current_period_start: Set(Some(renewal.period_start)),
        current_period_end: Set(Some(renewal.period_end)),
        period_count: Set(renewal.period_count),
        plan_version_id: Set(renewal.plan_version_id),
        next_plan_version_id: Set(None),
        past_due_at: Set(None),
        dunning_step: Set(0),
        updated_at: Set(tx.now()),
        ..Default::default()
    };
    let row = match row.status {
        SubscriptionStatus::Active => schedule::change(tx, &row, changes).await?,
        _ => {
            let to = SubscriptionStatus::Active;
            transition::advance(tx, &row, to, "renewal", changes).await?
        }
    };
    tx.record(SubscriptionPeriodBegan {
        subscription_id: row.id,
        period_start: renewal.period_start,
        period_end: renewal.period_end,
        plan_version_id: row.plan_version_id,
    })?;
    schedule::reschedule(tx, row).await
}
