//! A step of settlement: each kind of line is delivered in its own way. A new kind does not compile until it is.

use chrono::{DateTime, Utc};
use entity::{
    id::OrderId,
    orders::{LineKind, order_line},
};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::{
    base::{Error, Result, Tx},
    plans,
    subscriptions::{self, events::CreditCause},
};

use super::{apply_plan_change::settle_change, customer_credit::move_by};

/// The lines of an order, in order, as this transaction sees them.
///
/// # Errors
/// The database does not answer.
pub async fn lines(tx: &Tx, id: OrderId) -> Result<Vec<order_line::Model>> {
    Ok(order_line::Entity::find()
        .filter(order_line::Column::OrderId.eq(id))
        .order_by_asc(order_line::Column::Position)
        .all(tx.db())
        .await?)
}

/// Delivers every line of a settled order; the lines as they are now.
///
/// # Errors
/// Something cannot be delivered, which is a defect: the settlement is then not made either.
pub async fn fulfil(
    tx: &mut Tx,
    order_id: OrderId,
    paid_at: DateTime<Utc>,
) -> Result<Vec<order_line::Model>> {
    let mut delivered = Vec::new();
    for line in lines(tx, order_id).await? {
        delivered.push(match line.kind {
            LineKind::SubscriptionPeriod => begin_period(tx, line, paid_at).await?,
            // Bought once and for good: there is nothing to start.
            LineKind::OneTimePlan => line,
            LineKind::SubscriptionChange => settle_change(tx, line).await?,
            LineKind::CreditKept => keep_credit(tx, line).await?,
            // Reckoned with when the order was placed.
            LineKind::UnusedTime | LineKind::CreditUsed => line,
        });
    }
    Ok(delivered)
}

async fn keep_credit(tx: &mut Tx, line: order_line::Model) -> Result<order_line::Model> {
    let id = line
        .subscription_id
        .ok_or_else(|| Error::internal(format!("{} has no subscription", line.id)))?;
    move_by(tx, id, line.order_id, line.amount(), CreditCause::Kept).await?;
    Ok(line)
}

async fn begin_period(
    tx: &mut Tx,
    line: order_line::Model,
    paid_at: DateTime<Utc>,
) -> Result<order_line::Model> {
    let subscription_id = line
        .subscription_id
        .ok_or_else(|| Error::internal(format!("{} has no subscription", line.id)))?;
    if let Some(start) = line.period_start {
        subscriptions::extend(tx, subscription_id, start).await?;
        return Ok(line);
    }
    let versions = plans::query::versions_by_ids(tx.db(), &[line.plan_version_id]).await?;
    let version = versions
        .get(&line.plan_version_id)
        .ok_or(Error::NotFound("plan version"))?;
    let (start, end) =
        subscriptions::activate(tx, subscription_id, version.billing_cycle, paid_at).await?;
    let row = order_line::ActiveModel {
        id: Set(line.id),
        period_start: Set(Some(start)),
        period_end: Set(Some(end)),
        ..Default::default()
    };
    Ok(order_line::Entity::update(row).exec(tx.db()).await?)
}
