//! Steps: a change of plan takes effect, or is given up.

use chrono::{DateTime, Utc};
use entity::{
    id::OrderId,
    money::Money,
    orders::order_line,
    plans::plan_version,
    subscriptions::{
        SubscriptionStatus,
        plan_change::{self as change_row},
        subscription,
    },
};
use sea_orm::{ActiveValue::Set, EntityTrait};

use crate::{
    base::{Error, Result, Tx},
    orders,
    subscriptions::{
        self,
        events::{CreditCause, SubscriptionPlanChanged},
        schedule,
    },
};

use super::{
    close_order::{Ending, close},
    customer_credit::move_by,
    plan_change,
    renew_subscriptions::close_renewal,
};

/// Settlement's step for the line that changes a plan. Where the change cannot be made any more (the subscription ended,
/// or its period did, before the money came), what was paid is kept as credit instead.
///
/// # Errors
/// The order changes no plan: a defect.
pub(super) async fn settle_change(
    tx: &mut Tx,
    line: order_line::Model,
) -> Result<order_line::Model> {
    let change = find(tx, line.order_id).await?;
    // The order of the next period is locked before the subscription, as everywhere.
    let before = subscriptions::query::find_row(tx, change.subscription_id).await?;
    let renewal = subscriptions::query::next_renewal(tx.db(), &before).await?;
    if let Some(renewal) = &renewal {
        orders::query::lock(tx, renewal.order_id).await?;
    }
    let row = subscriptions::query::lock(tx, change.subscription_id).await?;
    let version = plan_change::terms(tx.db(), change.plan_version_id).await?;
    if !still_possible(tx, &row, &change, &version).await? {
        keep_as_credit(tx, &change, &line).await?;
        note(tx, change.order_id, None, Some(tx.now())).await?;
        return Ok(line);
    }
    let open = renewal.filter(|renewal| Some(renewal.period_start) == row.current_period_end);
    close_renewal(tx, open, SubscriptionStatus::Active).await?;
    note(tx, change.order_id, Some(tx.now()), None).await?;
    let mut changes: subscription::ActiveModel = Default::default();
    if change.restarts {
        changes.anchor_at = Set(Some(change.at));
        changes.current_period_start = Set(Some(change.at));
        changes.current_period_end = Set(Some(change.period_end));
        changes.paid_until_at = Set(Some(change.period_end));
        changes.period_count = Set(0);
    }
    switch(tx, &row, &version, changes, Some(change.order_id)).await?;
    Ok(line)
}

async fn still_possible(
    tx: &Tx,
    row: &subscription::Model,
    change: &change_row::Model,
    version: &plan_version::Model,
) -> Result<bool> {
    if row.status != SubscriptionStatus::Active
        || change.closed_at.is_some()
        || row.paid_until_at > row.current_period_end
    {
        return Ok(false);
    }
    let base = match plan_change::running(tx.db(), row).await {
        Ok((base, _)) => base,
        Err(Error::Refused { .. }) => return Ok(false),
        Err(error) => return Err(error),
    };
    let except = Some(row.id);
    let taken =
        subscriptions::query::holds_plan(tx.db(), row.user_id, version.plan_id, except).await?;
    Ok(base == change.base_order_id && !taken)
}

async fn keep_as_credit(
    tx: &mut Tx,
    change: &change_row::Model,
    line: &order_line::Model,
) -> Result<()> {
    let order = orders::query::lock(tx, line.order_id).await?;
    let used = match change.closed_at {
        // What it had taken was given back when it was given up.
        Some(_) => 0,
        None => plan_change::reserved(tx.db(), order.id).await?,
    };
    let paid = order
        .total()
        .checked_add(Money::new(used, order.currency))?;
    tracing::warn!(order = %order.id, "a change of plan was paid too late; it is kept as credit");
    let id = change.subscription_id;
    move_by(tx, id, order.id, paid, CreditCause::PaidTooLate).await
}

/// The subscription is to these terms from now on.
///
/// # Errors
/// The database does not answer.
pub(super) async fn switch(
    tx: &mut Tx,
    row: &subscription::Model,
    version: &plan_version::Model,
    changes: subscription::ActiveModel,
    order_id: Option<OrderId>,
) -> Result<subscription::Model> {
    let changes = subscription::ActiveModel {
        plan_id: Set(version.plan_id),
        plan_version_id: Set(version.id),
        next_plan_version_id: Set(None),
        ..changes
    };
    let changed = schedule::change(tx, row, changes).await?;
    tx.record(SubscriptionPlanChanged {
        subscription_id: row.id,
        user_id: row.user_id,
        from: row.plan_version_id,
        to: version.id,
        order_id,
    })?;
    schedule::reschedule(tx, changed).await
}

/// Gives up the change that waits to be paid, if there is one: its order ends. The caller holds the order locked, or
/// nobody else can.
///
/// # Errors
/// The database does not answer.
pub(super) async fn give_up(tx: &mut Tx, row: &subscription::Model) -> Result<()> {
    let Some(change) = plan_change::open_change(tx.db(), row).await? else {
        return Ok(());
    };
    let order = orders::query::lock(tx, change.order_id).await?;
    if orders::state::is_payable(order.status) {
        close(tx, &order, Ending::Cancelled).await?;
    }
    Ok(())
}

async fn find(tx: &Tx, order_id: OrderId) -> Result<change_row::Model> {
    change_row::Entity::find_by_id(order_id)
        .one(tx.db())
        .await?
        .ok_or_else(|| Error::internal(format!("{order_id} changes no plan")))
}

async fn note(
    tx: &Tx,
    order_id: OrderId,
    applied_at: Option<DateTime<Utc>>,
    closed_at: Option<DateTime<Utc>>,
) -> Result<()> {
    let row = change_row::ActiveModel {
        order_id: Set(order_id),
        applied_at: Set(applied_at),
        closed_at: Set(closed_at),
        ..Default::default()
    };
    change_row::Entity::update(row).exec(tx.db()).await?;
    Ok(())
}
