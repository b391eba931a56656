//! Reading subscriptions.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::{
    id::{PlanId, SubscriptionId, UserId},
    plans::plan_version,
    subscriptions::{SubscriptionStatus, plan_change, renewal, subscription},
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, Select,
    sea_query::Query,
};

use crate::base::{
    Access, Actor, Error, Op, Result, Timeline, Tx,
    page::{Direction, Sort, SortKey},
};

use super::calendar::{self, MOST_FAILURES};

/// The rows that this actor may know of.
#[must_use]
pub fn visible_to(actor: &Actor) -> Select<subscription::Entity> {
    let everything = subscription::Entity::find();
    if actor.may(Access::Staff) {
        return everything;
    }
    match actor.user_id() {
        Some(id) => everything.filter(subscription::Column::UserId.eq(id)),
        None => everything.filter(sea_orm::sea_query::Expr::value(false)),
    }
}

/// The subscription, if the actor may know of it.
///
/// # Errors
/// [`Error::NotFound`] otherwise.
pub async fn get(op: &Op, id: SubscriptionId) -> Result<subscription::Model> {
    visible_to(op.actor())
        .filter(subscription::Column::Id.eq(id))
        .one(op.reader())
        .await?
        .ok_or(Error::NotFound("subscription"))
}

/// The subscription, locked until the transaction ends, if the actor may know of it. The transaction goes over
/// to its timeline. Whoever locks an order too locks that first.
///
/// # Errors
/// [`Error::NotFound`] otherwise.
pub async fn lock(tx: &mut Tx, id: SubscriptionId) -> Result<subscription::Model> {
    let row = visible_to(tx.op().actor())
        .filter(subscription::Column::Id.eq(id))
        .lock_exclusive()
        .one(tx.db())
        .await?
        .ok_or(Error::NotFound("subscription"))?;
    tx.enter(row.test_clock_id).await?;
    Ok(row)
}

/// The row as this transaction sees it, whoever asks: for steps that have made sure of the caller.
///
/// # Errors
/// [`Error::NotFound`] when there is none.
pub async fn find_row(tx: &Tx, id: SubscriptionId) -> Result<subscription::Model> {
    let row = subscription::Entity::find_by_id(id).one(tx.db()).await?;
    row.ok_or(Error::NotFound("subscription"))
}

/// The order of the period after the present one, when it was placed.
///
/// # Errors
/// The database does not answer.
pub async fn next_renewal(
    db: &impl ConnectionTrait,
    row: &subscription::Model,
) -> Result<Option<renewal::Model>> {
    let Some(start) = row.current_period_end else {
        return Ok(None);
    };
    Ok(renewal::Entity::find_by_id((row.id, start)).one(db).await?)
}

/// Whether a live subscription of this person, but for `except`, is to this plan, will be with its next period, or
/// waits to be paid for it.
///
/// # Errors
/// The database does not answer.
pub async fn holds_plan(
    db: &impl ConnectionTrait,
    user_id: UserId,
    plan_id: PlanId,
    except: Option<SubscriptionId>,
) -> Result<bool> {
    use subscription::Column;
    let ended = [SubscriptionStatus::Cancelled, SubscriptionStatus::Expired];
    let terms = || {
        Query::select()
            .column(plan_version::Column::Id)
            .from(plan_version::Entity)
            .and_where(plan_version::Column::PlanId.eq(plan_id))
            .to_owned()
    };
    let waiting = Query::select()
        .column(plan_change::Column::SubscriptionId)
        .from(plan_change::Entity)
        .and_where(plan_change::Column::PlanVersionId.in_subquery(terms()))
        .and_where(plan_change::Column::AppliedAt.is_null())
        .and_where(plan_change::Column::ClosedAt.is_null())
        .to_owned();
    let found = subscription::Entity::find()
        .filter(Column::UserId.eq(user_id))
        .filter(Column::Status.is_not_in(ended))
        .filter(
            Condition::any()
                .add(Column::PlanId.eq(plan_id))
                .add(Column::NextPlanVersionId.in_subquery(terms()))
                .add(Column::Id.in_subquery(waiting)),
        )
        .filter(Condition::all().add_option(except.map(|id| Column::Id.ne(id))))
        .one(db)
        .await?;
    Ok(found.is_some())
}

/// Whether it gives its owner what it sells, at this instant of the clock it lives by.
///
/// # Errors
/// The database does not answer.
pub async fn has_access(op: &Op, row: &subscription::Model) -> Result<bool> {
    let Some(until) = calendar::access_until(row, &op.app().policy) else {
        return Ok(false);
    };
    let theirs = Timeline::of(op.reader(), row.test_clock_id).await?;
    Ok(op.on(theirs).now() < until)
}

/// Those of the ids that the actor may know of.
///
/// # Errors
/// The database does not answer.
pub async fn by_ids(
    op: &Op,
    ids: &[SubscriptionId],
) -> Result<HashMap<SubscriptionId, subscription::Model>> {
    let rows = visible_to(op.actor())
        .filter(subscription::Column::Id.is_in(ids.iter().copied()))
        .all(op.reader())
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// What an office narrows a list of subscriptions by.
#[derive(Clone, Debug, Default)]
pub struct SubscriptionFilter {
    /// In one of these states.
    pub statuses: Option<Vec<SubscriptionStatus>>,
    /// Of this person.
    pub user_id: Option<UserId>,
    /// To this plan.
    pub plan_id: Option<PlanId>,
    /// Whose present period ends before.
    pub period_ends_before: Option<DateTime<Utc>>,
    /// Whether it goes on after its period.
    pub auto_renew: Option<bool>,
    /// Whether the clockwork has left it to a person.
    pub is_parked: Option<bool>,
    /// Whose renewal is overdue since before.
    pub past_due_before: Option<DateTime<Utc>>,
}

impl SubscriptionFilter {
    /// Narrows what is visible.
    #[must_use]
    pub fn apply(self, select: Select<subscription::Entity>) -> Select<subscription::Entity> {
        use subscription::Column;
        let mut select = select;
        if let Some(statuses) = self.statuses {
            select = select.filter(Column::Status.is_in(statuses));
        }
        if let Some(user_id) = self.user_id {
            select = select.filter(Column::UserId.eq(user_id));
        }
        if let Some(plan_id) = self.plan_id {
            select = select.filter(Column::PlanId.eq(plan_id));
        }
        if let Some(before) = self.period_ends_before {
            select = select.filter(Column::CurrentPeriodEnd.lt(before));
        }
        if let Some(auto_renew) = self.auto_renew {
            select = select.filter(Column::AutoRenew.eq(auto_renew));
        }
        if let Some(is_parked) = self.is_parked {
            select = select.filter(match is_parked {
                true => Column::Failures.gte(MOST_FAILURES),
                false => Column::Failures.lt(MOST_FAILURES),
            });
        }
        if let Some(before) = self.past_due_before {
            select = select.filter(Column::PastDueAt.lt(before));
        }
        select
    }
}

/// By the day it was ordered.
#[must_use]
pub const fn by_creation(direction: Direction) -> Sort<subscription::Entity> {
    Sort {
        name: "subscriptions.created_at",
        column: subscription::Column::CreatedAt,
        id_column: subscription::Column::Id,
        direction,
        key: |row| SortKey::Time(row.created_at),
        id: |row| row.id.0,
    }
}
