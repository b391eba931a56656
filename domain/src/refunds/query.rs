//! Reading refunds.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::{
    id::{OrderId, PaymentId, RefundId, UserId},
    money::{Currency, Money},
    orders::order,
    payments::{PaymentStatus, payment},
    refunds::{RefundKind, RefundStatus, refund},
};
use sea_orm::{
    ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select,
    sea_query::Expr,
};

use crate::base::{
    Access, Actor, Error, Op, Result, Tx,
    page::{Direction, Sort, SortKey},
};

/// The rows that this actor may know of: their own, or all for staff.
#[must_use]
pub fn visible_to(actor: &Actor) -> Select<refund::Entity> {
    let everything = refund::Entity::find();
    if actor.may(Access::Staff) {
        return everything;
    }
    match actor.user_id() {
        Some(id) => everything.filter(refund::Column::UserId.eq(id)),
        None => everything.filter(Expr::value(false)),
    }
}

/// The refund, if the actor may know of it.
///
/// # Errors
/// [`Error::NotFound`] otherwise.
pub async fn get(op: &Op, id: RefundId) -> Result<refund::Model> {
    visible_to(op.actor())
        .filter(refund::Column::Id.eq(id))
        .one(op.reader())
        .await?
        .ok_or(Error::NotFound("refund"))
}

/// Those of the ids that the actor may know of.
///
/// # Errors
/// The database does not answer.
pub async fn by_ids(op: &Op, ids: &[RefundId]) -> Result<HashMap<RefundId, refund::Model>> {
    let rows = visible_to(op.actor())
        .filter(refund::Column::Id.is_in(ids.iter().copied()))
        .all(op.reader())
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// The refund, locked until the transaction ends. Lock its order and its payment first.
///
/// # Errors
/// [`Error::NotFound`] when it does not exist.
pub async fn lock(tx: &Tx, id: RefundId) -> Result<refund::Model> {
    refund::Entity::find_by_id(id)
        .lock_exclusive()
        .one(tx.db())
        .await?
        .ok_or(Error::NotFound("refund"))
}

/// The refunds of these payments, oldest first. The payments were read through their own `visible_to`.
///
/// # Errors
/// The database does not answer.
pub async fn of_payments(
    op: &Op,
    ids: &[PaymentId],
) -> Result<HashMap<PaymentId, Vec<refund::Model>>> {
    let rows = refund::Entity::find()
        .filter(refund::Column::PaymentId.is_in(ids.iter().copied()))
        .order_by_asc(refund::Column::CreatedAt)
        .order_by_asc(refund::Column::Id)
        .all(op.reader())
        .await?;
    let mut refunds: HashMap<PaymentId, Vec<refund::Model>> = HashMap::new();
    for row in rows {
        refunds.entry(row.payment_id).or_default().push(row);
    }
    Ok(refunds)
}

/// The refunds that are to be looked at now, the longest waiting first.
///
/// # Errors
/// The database does not answer.
pub async fn due(op: &Op, most: u64) -> Result<Vec<refund::Model>> {
    Ok(refund::Entity::find()
        .filter(refund::Column::NextCheckAt.lte(op.now()))
        .filter(op.timeline().rows(refund::Column::TestClockId))
        .order_by_asc(refund::Column::NextCheckAt)
        .limit(most)
        .all(op.reader())
        .await?)
}

/// Whether another refund of the payment is on its way to the gateway.
///
/// # Errors
/// The database does not answer.
pub async fn another_is_on_its_way(tx: &Tx, refund: &refund::Model) -> Result<bool> {
    let others = refund::Entity::find()
        .filter(refund::Column::PaymentId.eq(refund.payment_id))
        .filter(refund::Column::Id.ne(refund.id))
        .filter(refund::Column::Status.is_in([RefundStatus::Sending, RefundStatus::Unknown]))
        .count(tx.db())
        .await?;
    Ok(others > 0)
}

/// How much of a person's money that came too late for its order is set aside for refunds.
///
/// # Errors
/// The database does not answer, or the sum does not fit.
pub async fn held_of_late_payments(tx: &Tx, user_id: UserId, currency: Currency) -> Result<Money> {
    let rows = payment::Entity::find()
        .inner_join(order::Entity)
        .filter(order::Column::UserId.eq(user_id))
        .filter(payment::Column::Currency.eq(currency))
        .filter(payment::Column::Status.eq(PaymentStatus::PaidLate))
        .filter(payment::Column::RefundReservedMinor.gt(0))
        .all(tx.db())
        .await?;
    let mut held = Money::zero(currency);
    for row in rows {
        held = held.checked_add(Money::new(row.refund_reserved_minor, currency))?;
    }
    Ok(held)
}

/// What an office narrows a list of refunds by.
#[derive(Clone, Debug, Default)]
pub struct RefundFilter {
    /// In one of these states.
    pub statuses: Option<Vec<RefundStatus>>,
    /// Given back like this.
    pub kind: Option<RefundKind>,
    /// Of this payment.
    pub payment_id: Option<PaymentId>,
    /// Of this order.
    pub order_id: Option<OrderId>,
    /// To this person.
    pub user_id: Option<UserId>,
    /// Asked for at or after.
    pub created_from: Option<DateTime<Utc>>,
    /// Asked for before.
    pub created_before: Option<DateTime<Utc>>,
}

impl RefundFilter {
    /// Narrows what is visible.
    #[must_use]
    pub fn apply(self, select: Select<refund::Entity>) -> Select<refund::Entity> {
        use refund::Column;
        let mut select = select;
        if let Some(statuses) = self.statuses {
            select = select.filter(Column::Status.is_in(statuses));
        }
        if let Some(kind) = self.kind {
            select = select.filter(Column::Kind.eq(kind));
        }
        if let Some(payment_id) = self.payment_id {
            select = select.filter(Column::PaymentId.eq(payment_id));
        }
        if let Some(order_id) = self.order_id {
            select = select.filter(Column::OrderId.eq(order_id));
        }
        if let Some(user_id) = self.user_id {
            select = select.filter(Column::UserId.eq(user_id));
        }
        if let Some(from) = self.created_from {
            select = select.filter(Column::CreatedAt.gte(from));
        }
        if let Some(before) = self.created_before {
            select = select.filter(Column::CreatedAt.lt(before));
        }
        select
    }
}

/// By the instant it was asked for.
#[must_use]
pub const fn by_request(direction: Direction) -> Sort<refund::Entity> {
    Sort {
        name: "refunds.created_at",
        column: refund::Column::CreatedAt,
        id_column: refund::Column::Id,
        direction,
        key: |row| SortKey::Time(row.created_at),
        id: |row| row.id.0,
    }
}
