//! A step: the order of a subscription's next period is placed, once for each period.

use chrono::Duration;
use entity::{
    id::{OrderId, PlanVersionId},
    money::Money,
    orders::LineKind,
    subscriptions::{SubscriptionStatus, renewal, subscription},
};
use sea_orm::{ActiveValue::Set, EntityTrait, sea_query::OnConflict};

use crate::{
    base::{Error, Result, Tx},
    orders::{self, NewLine, NewOrder},
    plans,
    subscriptions::{
        self,
        calendar::{self, NextPeriod},
        events::{CreditCause, SubscriptionRenewalOrdered},
        schedule,
    },
    users,
};

use super::{customer_credit, plan_change, renew_subscriptions::end, settlement};

/// How long after the last rung of the ladder the order could still be paid; the subscription's end closes it.
const SLACK: Duration = Duration::days(60);

/// Places the order of the period after the present one, for a subscription that the caller holds locked. A period
/// that costs nothing is settled at once. Where the person is gone, the subscription ends instead.
///
/// # Errors
/// The plan has no further periods, which is a defect.
pub async fn order_renewal(tx: &mut Tx, row: subscription::Model) -> Result<()> {
    let buyer = users::query::row(tx, row.user_id).await?;
    if buyer.erased_at.is_some() {
        end(tx, &row, None, SubscriptionStatus::Expired, "owner_gone").await?;
        return Ok(());
    }
    let version_id = next_terms(tx, &row).await?;
    let ids = [row.plan_version_id, version_id];
    let versions = plans::query::versions_by_ids(tx.db(), &ids).await?;
    let version = |id| versions.get(id).ok_or(Error::NotFound("plan version"));
    let (present, next) = (version(&row.plan_version_id)?, version(&version_id)?);
    let period = calendar::next_period(&row, present.billing_cycle, next.billing_cycle)
        .ok_or_else(|| Error::internal(format!("{} has no next period", row.id)))?;
    let plans = plans::query::by_ids(tx.db(), &[next.plan_id]).await?;
    let plan = plans.get(&next.plan_id).ok_or(Error::NotFound("plan"))?;
    let order_id: OrderId = tx.op().new_id();
    let credit = Money::new(row.credit_minor.min(next.price_minor), next.currency);
    let new = NewOrder {
        id: order_id,
        user_id: row.user_id,
        notes: String::new(),
        expires_at: Some(
            calendar::over_at(period.start.max(tx.now()), &tx.op().app().policy) + SLACK,
        ),
        lines: std::iter::once(NewLine {
            kind: LineKind::SubscriptionPeriod,
            plan_version_id: next.id,
            subscription_id: Some(row.id),
            period: Some((period.start, period.end)),
            description: plan.name.clone(),
            quantity: 1,
            unit_price: next.price(),
        })
        .chain((!credit.is_zero()).then(|| customer_credit::used(row.id, next.id, credit)))
        .collect(),
    };
    let order = orders::place(tx, new).await?;
    let used = customer_credit::negative(credit);
    customer_credit::move_by(tx, row.id, order.id, used, CreditCause::Used).await?;
    note(tx, &row, next.id, period, order_id).await?;
    tx.record(SubscriptionRenewalOrdered {
        subscription_id: row.id,
        user_id: row.user_id,
        order_id,
        period_start: period.start,
        period_end: period.end,
        total: order.total(),
    })?;
    if order.total().is_zero() {
        settlement::settle_free(tx, &order).await?;
    } else {
        schedule::reschedule(tx, row).await?;
    }
    Ok(())
}

/// The terms of the next period: those it is to change to, unless the person has got that plan otherwise meanwhile.
async fn next_terms(tx: &Tx, row: &subscription::Model) -> Result<PlanVersionId> {
    let Some(id) = row.next_plan_version_id else {
        return Ok(row.plan_version_id);
    };
    let terms = plan_change::terms(tx.db(), id).await?;
    let except = Some(row.id);
    let taken = subscriptions::query::holds_plan(tx.db(), row.user_id, terms.plan_id, except);
    Ok(match taken.await? {
        true => row.plan_version_id,
        false => id,
    })
}

/// Writes the row whose key makes a second order of the period impossible, or takes the place of a closed one.
async fn note(
    tx: &Tx,
    row: &subscription::Model,
    plan_version_id: PlanVersionId,
    period: NextPeriod,
    order_id: OrderId,
) -> Result<()> {
    let columns = [
        renewal::Column::PeriodEnd,
        renewal::Column::PeriodCount,
        renewal::Column::PlanVersionId,
        renewal::Column::OrderId,
        renewal::Column::ClosedAt,
    ];
    let ordered = renewal::ActiveModel {
        subscription_id: Set(row.id),
        period_start: Set(period.start),
        period_end: Set(period.end),
        period_count: Set(period.count),
        plan_version_id: Set(plan_version_id),
        order_id: Set(order_id),
        closed_at: Set(None),
        created_at: Set(tx.now()),
    };
    let key = [
        renewal::Column::SubscriptionId,
        renewal::Column::PeriodStart,
    ];
    let written = renewal::Entity::insert(ordered)
        .on_conflict(
            OnConflict::columns(key)
                .update_columns(columns)
                .action_and_where(sea_orm::ColumnTrait::is_not_null(
                    &renewal::Column::ClosedAt,
                ))
                .to_owned(),
        )
        .exec_without_returning(tx.db())
        .await?;
    if written == 1 {
        Ok(())
    } else {
        Err(Error::internal(format!(
            "the period of {} at {} is ordered already",
            row.id, period.start
        )))
    }
}
