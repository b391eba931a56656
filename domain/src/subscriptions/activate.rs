//! A step of settlement: the first period of a subscription is paid, or its trial is granted, so it begins.

use chrono::{DateTime, Utc};
use entity::{
    id::SubscriptionId,
    plans::BillingCycle,
    subscriptions::{SubscriptionStatus, subscription},
};
use sea_orm::ActiveValue::Set;

use crate::base::{Error, Result, Tx, transition};

use super::{period, query, schedule};

/// Begins the subscription at `paid_at`: with its trial if it has one, else with its first period.
///
/// # Errors
/// The subscription is neither pending nor running, or the plan has no periods: defects, both.
pub async fn activate(
    tx: &mut Tx,
    id: SubscriptionId,
    cycle: BillingCycle,
    paid_at: DateTime<Utc>,
) -> Result<(DateTime<Utc>, DateTime<Utc>)> {
    let row = query::lock(tx, id).await?;
    let (to, start, end) = match row.trial_end_at {
        Some(trial_end) => (SubscriptionStatus::Trialing, row.created_at, trial_end),
        None => {
            let (start, end) = period::period(paid_at, cycle, 0)
                .ok_or_else(|| Error::internal(format!("{id} is to a plan without periods")))?;
            (SubscriptionStatus::Active, start, end)
        }
    };
    let changes = subscription::ActiveModel {
        anchor_at: Set(Some(start)),
        started_at: Set(Some(start)),
        current_period_start: Set(Some(start)),
        current_period_end: Set(Some(end)),
        paid_until_at: Set(Some(end)),
        updated_at: Set(tx.now()),
        ..Default::default()
    };
    let row = transition::advance(tx, &row, to, "settlement", changes).await?;
    schedule::reschedule(tx, row).await?;
    Ok((start, end))
}
