//! Reading invoices.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::{
    id::{InvoiceId, OrderId, RefundId, SubscriptionId, UserId},
    invoices::{InvoiceStatus, credit_note, invoice, invoice_line},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, Select, sea_query::Expr};

use crate::base::{
    Access, Actor, Error, Op, Result,
    page::{Direction, Sort, SortKey},
};

/// The rows that this actor may know of.
#[must_use]
pub fn visible_to(actor: &Actor) -> Select<invoice::Entity> {
    let everything = invoice::Entity::find();
    if actor.may(Access::Staff) {
        return everything;
    }
    match actor.user_id() {
        Some(id) => everything.filter(invoice::Column::UserId.eq(id)),
        None => everything.filter(Expr::value(false)),
    }
}

/// The invoice, if the actor may know of it.
///
/// # Errors
/// [`Error::NotFound`] otherwise.
pub async fn get(op: &Op, id: InvoiceId) -> Result<invoice::Model> {
    visible_to(op.actor())
        .filter(invoice::Column::Id.eq(id))
        .one(op.reader())
        .await?
        .ok_or(Error::NotFound("invoice"))
}

/// Those of the ids that the actor may know of.
///
/// # Errors
/// The database does not answer.
pub async fn by_ids(op: &Op, ids: &[InvoiceId]) -> Result<HashMap<InvoiceId, invoice::Model>> {
    let rows = visible_to(op.actor())
        .filter(invoice::Column::Id.is_in(ids.iter().copied()))
        .all(op.reader())
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// The invoices of these orders. The orders were read through their own `visible_to`.
///
/// # Errors
/// The database does not answer.
pub async fn of_orders(op: &Op, ids: &[OrderId]) -> Result<HashMap<OrderId, invoice::Model>> {
    let rows = invoice::Entity::find()
        .filter(invoice::Column::OrderId.is_in(ids.iter().copied()))
        .all(op.reader())
        .await?;
    Ok(rows.into_iter().map(|row| (row.order_id, row)).collect())
}

/// The lines of these invoices, in order. The invoices were read through [`visible_to`].
///
/// # Errors
/// The database does not answer.
pub async fn lines_of(
    op: &Op,
    ids: &[InvoiceId],
) -> Result<HashMap<InvoiceId, Vec<invoice_line::Model>>> {
    let rows = invoice_line::Entity::find()
        .filter(invoice_line::Column::InvoiceId.is_in(ids.iter().copied()))
        .order_by_asc(invoice_line::Column::Position)
        .all(op.reader())
        .await?;
    let mut lines: HashMap<InvoiceId, Vec<invoice_line::Model>> = HashMap::new();
    for row in rows {
        lines.entry(row.invoice_id).or_default().push(row);
    }
    Ok(lines)
}

/// The credit notes of these invoices, oldest first. The invoices were read through [`visible_to`].
///
/// # Errors
/// The database does not answer.
pub async fn credit_notes_of(
    op: &Op,
    ids: &[InvoiceId],
) -> Result<HashMap<InvoiceId, Vec<credit_note::Model>>> {
    let rows = credit_note::Entity::find()
        .filter(credit_note::Column::InvoiceId.is_in(ids.iter().copied()))
        .order_by_asc(credit_note::Column::IssuedAt)
        .order_by_asc(credit_note::Column::Sequence)
        .all(op.reader())
        .await?;
    let mut notes: HashMap<InvoiceId, Vec<credit_note::Model>> = HashMap::new();
    for row in rows {
        notes.entry(row.invoice_id).or_default().push(row);
    }
    Ok(notes)
}

/// The credit notes of these refunds. The refunds were read through their own `visible_to`.
///
/// # Errors
/// The database does not answer.
pub async fn credit_notes_by_refunds(
    op: &Op,
    ids: &[RefundId],
) -> Result<HashMap<RefundId, credit_note::Model>> {
    let rows = credit_note::Entity::find()
        .filter(credit_note::Column::RefundId.is_in(ids.iter().copied()))
        .all(op.reader())
        .await?;
    Ok(rows.into_iter().map(|row| (row.refund_id, row)).collect())
}

/// What an office narrows a list of invoices by.
#[derive(Clone, Debug, Default)]
pub struct InvoiceFilter {
    /// Of this person.
    pub user_id: Option<UserId>,
    /// For this subscription.
    pub subscription_id: Option<SubscriptionId>,
    /// With this number.
    pub number: Option<String>,
    /// In this state.
    pub status: Option<InvoiceStatus>,
    /// Issued at or after.
    pub issued_from: Option<DateTime<Utc>>,
    /// Issued before.
    pub issued_before: Option<DateTime<Utc>>,
}

impl InvoiceFilter {
    /// Narrows what is visible.
    #[must_use]
    pub fn apply(self, select: Select<invoice::Entity>) -> Select<invoice::Entity> {
        use invoice::Column;
        let mut select = select;
        if let Some(user_id) = self.user_id {
            select = select.filter(Column::UserId.eq(user_id));
        }
        if let Some(subscription_id) = self.subscription_id {
            select = select.filter(Column::SubscriptionId.eq(subscription_id));
        }
        if let Some(number) = self.number {
            select = select.filter(Column::Number.eq(number.trim().to_uppercase()));
        }
        if let Some(status) = self.status {
            select = select.filter(Column::Status.eq(status));
        }
        if let Some(from) = self.issued_from {
            select = select.filter(Column::IssuedAt.gte(from));
        }
        if let Some(before) = self.issued_before {
            select = select.filter(Column::IssuedAt.lt(before));
        }
        select
    }
}

/// By the instant it was issued.
#[must_use]
pub const fn by_issue(direction: Direction) -> Sort<invoice::Entity> {
    Sort {
        name: "invoices.issued_at",
        column: invoice::Column::IssuedAt,
        id_column: invoice::Column::Id,
        direction,
        key: |row| SortKey::Time(row.issued_at),
        id: |row| row.id.0,
    }
}

/// By what it comes to.
#[must_use]
pub const fn by_total(direction: Direction) -> Sort<invoice::Entity> {
    Sort {
        name: "invoices.total",
        column: invoice::Column::TotalMinor,
        id_column: invoice::Column::Id,
        direction,
        key: |row| SortKey::Number(row.total_minor),
        id: |row| row.id.0,
    }
}
