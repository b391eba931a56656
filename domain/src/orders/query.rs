//! Reading orders.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::{
    id::{OrderId, SubscriptionId, UserId},
    orders::{LineKind, OrderStatus, order, order_line},
    payments::PaymentMethod,
};
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select,
    sea_query::Expr,
};

use crate::base::{
    Access, Actor, Error, Op, Result, Tx,
    page::{Direction, Sort, SortKey},
};

/// The rows that this actor may know of.
#[must_use]
pub fn visible_to(actor: &Actor) -> Select<order::Entity> {
    let everything = order::Entity::find();
    if actor.may(Access::Staff) {
        return everything;
    }
    match actor.user_id() {
        Some(id) => everything.filter(order::Column::UserId.eq(id)),
        None => everything.filter(Expr::value(false)),
    }
}

/// The order, if the actor may know of it.
///
/// # Errors
/// [`Error::NotFound`] otherwise.
pub async fn get(op: &Op, id: OrderId) -> Result<order::Model> {
    visible_to(op.actor())
        .filter(order::Column::Id.eq(id))
        .one(op.reader())
        .await?
        .ok_or(Error::NotFound("order"))
}

/// The order, locked until the transaction ends, if the actor may know of it. The transaction goes over to
/// the order's timeline.
///
/// # Errors
/// [`Error::NotFound`] otherwise.
pub async fn lock(tx: &mut Tx, id: OrderId) -> Result<order::Model> {
    let row = visible_to(tx.op().actor())
        .filter(order::Column::Id.eq(id))
        .lock_exclusive()
        .one(tx.db())
        .await?
        .ok_or(Error::NotFound("order"))?;
    tx.enter(row.test_clock_id).await?;
    Ok(row)
}

/// The order that started this subscription.
///
/// # Errors
/// [`Error::NotFound`] when there is none.
pub async fn first_of_subscription(tx: &Tx, id: SubscriptionId) -> Result<OrderId> {
    let found: Option<OrderId> = order_line::Entity::find()
        .select_only()
        .column(order_line::Column::OrderId)
        .filter(order_line::Column::SubscriptionId.eq(id))
        .order_by_asc(order_line::Column::Id)
        .into_tuple()
        .one(tx.db())
        .await?;
    found.ok_or(Error::NotFound("order"))
}

/// Those of the ids that the actor may know of.
///
/// # Errors
/// The database does not answer.
pub async fn by_ids(op: &Op, ids: &[OrderId]) -> Result<HashMap<OrderId, order::Model>> {
    let rows = visible_to(op.actor())
        .filter(order::Column::Id.is_in(ids.iter().copied()))
        .all(op.reader())
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// The lines of these orders, in order. The orders were read through [`visible_to`].
///
/// # Errors
/// The database does not answer.
pub async fn lines_of(
    op: &Op,
    ids: &[OrderId],
) -> Result<HashMap<OrderId, Vec<order_line::Model>>> {
    let rows = order_line::Entity::find()
        .filter(order_line::Column::OrderId.is_in(ids.iter().copied()))
        .order_by_asc(order_line::Column::Position)
        .all(op.reader())
        .await?;
    let mut lines: HashMap<OrderId, Vec<order_line::Model>> = HashMap::new();
    for row in rows {
        lines.entry(row.order_id).or_default().push(row);
    }
    Ok(lines)
}

/// The lines that paid periods of this subscription, and that the actor may know of.
#[must_use]
pub fn paid_periods(actor: &Actor, id: SubscriptionId) -> Select<order_line::Entity> {
    let paid = [
        OrderStatus::Paid,
        OrderStatus::Completed,
        OrderStatus::Refunded,
    ];
    let orders = visible_to(actor)
        .select_only()
        .column(order::Column::Id)
        .filter(order::Column::Status.is_in(paid));
    order_line::Entity::find()
        .filter(order_line::Column::SubscriptionId.eq(id))
        // A change of plan pays a part of a period that is told already.
        .filter(order_line::Column::Kind.eq(LineKind::SubscriptionPeriod))
        .filter(order_line::Column::PeriodStart.is_not_null())
        .filter(order_line::Column::OrderId.in_subquery(orders.into_query()))
}

/// By the day its period began.
#[must_use]
pub const fn by_period(direction: Direction) -> Sort<order_line::Entity> {
    Sort {
        name: "order_lines.period_start",
        column: order_line::Column::PeriodStart,
        id_column: order_line::Column::Id,
        direction,
        key: |row| {
            SortKey::Time(match row.period_start {
                Some(start) => start,
                // Not of a list of periods.
                None => DateTime::UNIX_EPOCH,
            })
        },
        id: |row| row.id.0,
    }
}

/// What an office narrows a list of orders by.
#[derive(Clone, Debug, Default)]
pub struct OrderFilter {
    /// In one of these states.
    pub statuses: Option<Vec<OrderStatus>>,
    /// Of this person.
    pub user_id: Option<UserId>,
    /// With this number.
    pub number: Option<String>,
    /// Paid, or being paid, like this.
    pub payment_method: Option<PaymentMethod>,
    /// Placed at or after.
    pub placed_from: Option<DateTime<Utc>>,
    /// Placed before.
    pub placed_before: Option<DateTime<Utc>>,
}

impl OrderFilter {
    /// Narrows what is visible.
    #[must_use]
    pub fn apply(self, select: Select<order::Entity>) -> Select<order::Entity> {
        use order::Column;
        let mut select = select;
        if let Some(statuses) = self.statuses {
            select = select.filter(Column::Status.is_in(statuses));
        }
        if let Some(user_id) = self.user_id {
            select = select.filter(Column::UserId.eq(user_id));
        }
        if let Some(number) = self.number {
            select = select.filter(Column::Number.eq(number.trim().to_uppercase()));
        }
        if let Some(method) = self.payment_method {
            select = select.filter(Column::PaymentMethod.eq(method));
        }
        if let Some(from) = self.placed_from {
            select = select.filter(Column::PlacedAt.gte(from));
        }
        if let Some(before) = self.placed_before {
            select = select.filter(Column::PlacedAt.lt(before));
        }
        select
    }
}

/// By the day it was placed.
#[must_use]
pub const fn by_placing(direction: Direction) -> Sort<order::Entity> {
    Sort {
        name: "orders.placed_at",
        column: order::Column::PlacedAt,
        id_column: order::Column::Id,
        direction,
        key: |row| SortKey::Time(row.placed_at),
        id: |row| row.id.0,
    }
}

/// By what it costs.
#[must_use]
pub const fn by_total(direction: Direction) -> Sort<order::Entity> {
    Sort {
        name: "orders.total",
        column: order::Column::TotalMinor,
        id_column: order::Column::Id,
        direction,
        key: |row| SortKey::Number(row.total_minor),
        id: |row| row.id.0,
    }
}
