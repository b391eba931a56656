//! What a subscription comes to next: the period after the present one, ordered already or not yet.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::{
    id::{OrderId, PlanVersionId, SubscriptionId},
    money::Money,
    plans::plan_version,
    subscriptions::{SubscriptionStatus, renewal, subscription},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::{
    base::{Op, Result},
    plans,
};

use super::{calendar, query};

/// The period that a subscription goes on with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NextRenewal {
    /// When it begins.
    pub period_start: DateTime<Utc>,
    /// When it ends (exclusive).
    pub period_end: DateTime<Utc>,
    /// With which order, once that is placed.
    pub order_id: Option<OrderId>,
    /// When the order is placed, or was.
    pub ordered_at: DateTime<Utc>,
    /// On which terms.
    pub plan_version_id: PlanVersionId,
    /// What these terms cost.
    pub price: Money,
}

/// The next period of those of these subscriptions that the actor may know of and that go on.
///
/// # Errors
/// The database does not answer.
pub async fn next_renewals(
    op: &Op,
    ids: &[SubscriptionId],
) -> Result<HashMap<SubscriptionId, NextRenewal>> {
    let rows = query::by_ids(op, ids).await?;
    let ordered = ordered(op, &rows).await?;
    let wanted = rows.values().map(next_version);
    let wanted = wanted.chain(rows.values().map(|row| row.plan_version_id));
    let wanted = wanted.chain(ordered.values().map(|renewal| renewal.plan_version_id));
    let wanted: Vec<PlanVersionId> = wanted.collect();
    let versions = plans::query::versions_by_ids(op.reader(), &wanted).await?;
    Ok(rows
        .values()
        .filter_map(|row| Some((row.id, next(op, row, ordered.get(&row.id), &versions)?)))
        .collect())
}

const fn next_version(row: &subscription::Model) -> PlanVersionId {
    match row.next_plan_version_id {
        Some(next) => next,
        None => row.plan_version_id,
    }
}

/// The open or paid orders of the periods after the present ones.
async fn ordered(
    op: &Op,
    rows: &HashMap<SubscriptionId, subscription::Model>,
) -> Result<HashMap<SubscriptionId, renewal::Model>> {
    let starts = rows.values().filter_map(|row| row.current_period_end);
    let found = renewal::Entity::find()
        .filter(renewal::Column::SubscriptionId.is_in(rows.keys().copied()))
        .filter(renewal::Column::PeriodStart.is_in(starts))
        .filter(renewal::Column::ClosedAt.is_null())
        .all(op.reader())
        .await?;
    let is_next = |found: &renewal::Model| {
        rows.get(&found.subscription_id)
            .is_some_and(|row| row.current_period_end == Some(found.period_start))
    };
    Ok(found
        .into_iter()
        .filter(is_next)
        .map(|found| (found.subscription_id, found))
        .collect())
}

fn next(
    op: &Op,
    row: &subscription::Model,
    ordered: Option<&renewal::Model>,
    versions: &HashMap<PlanVersionId, plan_version::Model>,
) -> Option<NextRenewal> {
    if let Some(renewal) = ordered {
        return Some(NextRenewal {
            period_start: renewal.period_start,
            period_end: renewal.period_end,
            order_id: Some(renewal.order_id),
            ordered_at: renewal.created_at,
            plan_version_id: renewal.plan_version_id,
            price: versions.get(&renewal.plan_version_id)?.price(),
        });
    }
    let runs = matches!(
        row.status,
        SubscriptionStatus::Active | SubscriptionStatus::Trialing | SubscriptionStatus::PastDue
    );
    if !runs || !row.auto_renew || row.cancel_at_period_end {
        return None;
    }
    let terms = versions.get(&next_version(row))?;
    let present = versions.get(&row.plan_version_id)?;
    let period = calendar::next_period(row, present.billing_cycle, terms.billing_cycle)?;
    Some(NextRenewal {
        period_start: period.start,
        period_end: period.end,
        order_id: None,
        ordered_at: period.start - calendar::lead(row, &op.app().policy),
        plan_version_id: terms.id,
        price: terms.price(),
    })
}
