//! Reading attempts to pay.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::{
    id::{OrderId, PaymentId},
    orders::order,
    payments::{PaymentMethod, PaymentStatus, payment},
};
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select, sea_query::Expr,
};

use crate::base::{
    Access, Actor, Error, Op, Result, Tx,
    page::{Direction, Sort, SortKey},
};

/// The rows that this actor may know of: those of their own orders, or all for staff.
#[must_use]
pub fn visible_to(actor: &Actor) -> Select<payment::Entity> {
    let everything = payment::Entity::find();
    if actor.may(Access::Staff) {
        return everything;
    }
    match actor.user_id() {
        Some(id) => {
            let own = order::Entity::find()
                .select_only()
                .column(order::Column::Id)
                .filter(order::Column::UserId.eq(id));
            everything
                .filter(payment::Column::OrderId.in_subquery(sea_orm::QueryTrait::into_query(own)))
        }
        None => everything.filter(Expr::value(false)),
    }
}

/// The attempt, if the actor may know of it.
///
/// # Errors
/// [`Error::NotFound`] otherwise.
pub async fn get(op: &Op, id: PaymentId) -> Result<payment::Model> {
    visible_to(op.actor())
        .filter(payment::Column::Id.eq(id))
        .one(op.reader())
        .await?
        .ok_or(Error::NotFound("payment"))
}

/// Those of the ids that the actor may know of.
///
/// # Errors
/// The database does not answer.
pub async fn by_ids(op: &Op, ids: &[PaymentId]) -> Result<HashMap<PaymentId, payment::Model>> {
    let rows = visible_to(op.actor())
        .filter(payment::Column::Id.is_in(ids.iter().copied()))
        .all(op.reader())
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// The attempt with this number at the gateway, unlocked. For the parts of Fabrica that hear from gateways.
///
/// # Errors
/// The database does not answer.
pub async fn find_by_trade_no(tx: &Tx, merchant_trade_no: &str) -> Result<Option<payment::Model>> {
    Ok(payment::Entity::find()
        .filter(payment::Column::MerchantTradeNo.eq(merchant_trade_no))
        .one(tx.db())
        .await?)
}

/// The attempt with this number at the gateway, if the actor may know of it.
///
/// # Errors
/// The database does not answer.
pub async fn by_trade_no(op: &Op, merchant_trade_no: &str) -> Result<Option<payment::Model>> {
    Ok(visible_to(op.actor())
        .filter(payment::Column::MerchantTradeNo.eq(merchant_trade_no))
        .one(op.reader())
        .await?)
}

/// The attempt, locked until the transaction ends. Lock its order first.
///
/// # Errors
/// [`Error::NotFound`] when it does not exist.
pub async fn lock(tx: &Tx, id: PaymentId) -> Result<payment::Model> {
    payment::Entity::find_by_id(id)
        .lock_exclusive()
        .one(tx.db())
        .await?
        .ok_or(Error::NotFound("payment"))
}

/// The attempts of these orders, oldest first. The orders were read through their own `visible_to`.
///
/// # Errors
/// The database does not answer.
pub async fn of_orders(op: &Op, ids: &[OrderId]) -> Result<HashMap<OrderId, Vec<payment::Model>>> {
    let rows = payment::Entity::find()
        .filter(payment::Column::OrderId.is_in(ids.iter().copied()))
        .order_by_asc(payment::Column::Attempt)
        .all(op.reader())
        .await?;
    let mut payments: HashMap<OrderId, Vec<payment::Model>> = HashMap::new();
    for row in rows {
        payments.entry(row.order_id).or_default().push(row);
    }
    Ok(payments)
}

/// The attempts of one order, oldest first, as this transaction sees them.
///
/// # Errors
/// The database does not answer.
pub async fn of_order(tx: &Tx, id: OrderId) -> Result<Vec<payment::Model>> {
    Ok(payment::Entity::find()
        .filter(payment::Column::OrderId.eq(id))
        .order_by_asc(payment::Column::Attempt)
        .all(tx.db())
        .await?)
}

/// What an office narrows a list of payments by.
#[derive(Clone, Debug, Default)]
pub struct PaymentFilter {
    /// In one of these states.
    pub statuses: Option<Vec<PaymentStatus>>,
    /// By one of these methods.
    pub methods: Option<Vec<PaymentMethod>>,
    /// For this order.
    pub order_id: Option<OrderId>,
    /// With this number of ours, or of the gateway.
    pub trade_no: Option<String>,
    /// Begun at or after.
    pub created_from: Option<DateTime<Utc>>,
    /// Begun before.
    pub created_before: Option<DateTime<Utc>>,
}

impl PaymentFilter {
    /// Narrows what is visible.
    #[must_use]
    pub fn apply(self, select: Select<payment::Entity>) -> Select<payment::Entity> {
        use payment::Column;
        let mut select = select;
        if let Some(statuses) = self.statuses {
            select = select.filter(Column::Status.is_in(statuses));
        }
        if let Some(methods) = self.methods {
            select = select.filter(Column::Method.is_in(methods));
        }
        if let Some(order_id) = self.order_id {
            select = select.filter(Column::OrderId.eq(order_id));
        }
        if let Some(trade_no) = self.trade_no {
            let ours_or_theirs = sea_orm::Condition::any()
                .add(Column::MerchantTradeNo.eq(trade_no.trim()))
                .add(Column::GatewayTradeNo.eq(trade_no.trim()));
            select = select.filter(ours_or_theirs);
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

/// By the instant it was begun.
#[must_use]
pub const fn by_creation(direction: Direction) -> Sort<payment::Entity> {
    Sort {
        name: "payments.created_at",
        column: payment::Column::CreatedAt,
        id_column: payment::Column::Id,
        direction,
        key: |row| SortKey::Time(row.created_at),
        id: |row| row.id.0,
    }
}

/// By how much it is.
#[must_use]
pub const fn by_amount(direction: Direction) -> Sort<payment::Entity> {
    Sort {
        name: "payments.amount",
        column: payment::Column::AmountMinor,
        id_column: payment::Column::Id,
        direction,
        key: |row| SortKey::Number(row.amount_minor),
        id: |row| row.id.0,
    }
}
