//! Payments that a person must look at, and why.

use std::collections::HashMap;

use chrono::{DateTime, Duration, Utc};
use entity::{
    id::{PaymentDecisionId, PaymentId},
    orders::OrderStatus,
    payments::{PaymentStatus, payment, payment_decision, payment_decision::Decision},
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, EntityTrait, ExprTrait,
    QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select, sea_query::Expr,
};

use crate::{
    base::{Access, Actor, Op, Result, Tx},
    orders::state::is_payable,
};

use super::events::PaymentDecided;

/// How long a gateway may give no answer before a person should know.
pub const SILENCE: Duration = Duration::hours(24);

/// Why a person must look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The gateway told of another amount than was agreed.
    AmountDiffers,
    /// The money came after the order was called off.
    OrderCancelled,
    /// The money came after the order's time was over, and it could not be fulfilled any more.
    OrderExpired,
    /// The order was settled with another payment.
    OrderSettled,
    /// A person set the money aside while the order could still be paid.
    SetAside,
    /// The gateway has given no usable answer for a day.
    NoAnswer,
}

/// What is likely to be right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suggestion {
    /// Look at the trade in the gateway's console, then accept or reject it.
    Compare,
    /// Ask the customer; then settle the order after all, or give the money back.
    AcceptOrRefund,
    /// Give the money back, or let the customer keep it as credit.
    RefundOrCredit,
}

impl Reason {
    /// What is likely to be right.
    #[must_use]
    pub const fn suggestion(self) -> Suggestion {
        match self {
            Self::AmountDiffers | Self::NoAnswer => Suggestion::Compare,
            Self::OrderExpired | Self::SetAside => Suggestion::AcceptOrRefund,
            Self::OrderCancelled | Self::OrderSettled => Suggestion::RefundOrCredit,
        }
    }
}

/// Why a person must look at this payment; `None` when nobody must.
#[must_use]
pub fn reason(
    payment: &payment::Model,
    order: OrderStatus,
    decided: &[Decision],
    now: DateTime<Utc>,
) -> Option<Reason> {
    match payment.status {
        PaymentStatus::Review => Some(Reason::AmountDiffers),
        PaymentStatus::PaidLate if decided.contains(&Decision::Credited) => None,
        PaymentStatus::PaidLate => Some(match order {
            OrderStatus::Cancelled => Reason::OrderCancelled,
            OrderStatus::Expired => Reason::OrderExpired,
            other if is_payable(other) => Reason::SetAside,
            _ => Reason::OrderSettled,
        }),
        PaymentStatus::Unknown if payment.updated_at + SILENCE <= now => Some(Reason::NoAnswer),
        _ => None,
    }
}

/// The payments that a person must look at: staff see all, everybody else none.
#[must_use]
pub fn visible_to(actor: &Actor, now: DateTime<Utc>) -> Select<payment::Entity> {
    use payment::Column;
    let everything = payment::Entity::find();
    if !actor.may(Access::Staff) {
        return everything.filter(Expr::value(false));
    }
    let credited = payment_decision::Entity::find()
        .select_only()
        .column(payment_decision::Column::PaymentId)
        .filter(payment_decision::Column::Decision.eq(Decision::Credited));
    let late = Column::Status
        .eq(PaymentStatus::PaidLate)
        .and(Column::Id.not_in_subquery(credited.into_query()));
    let silent = Column::Status
        .eq(PaymentStatus::Unknown)
        .and(Column::UpdatedAt.lte(now - SILENCE));
    everything.filter(
        Condition::any()
            .add(Column::Status.eq(PaymentStatus::Review))
            .add(late)
            .add(silent),
    )
}

/// What was decided on these payments, oldest first. Empty for whoever is not staff.
///
/// # Errors
/// The database does not answer.
pub async fn decisions_of(
    op: &Op,
    ids: &[PaymentId],
) -> Result<HashMap<PaymentId, Vec<payment_decision::Model>>> {
    let mut decisions: HashMap<PaymentId, Vec<payment_decision::Model>> = HashMap::new();
    if !op.actor().may(Access::Staff) {
        return Ok(decisions);
    }
    let rows = payment_decision::Entity::find()
        .filter(payment_decision::Column::PaymentId.is_in(ids.iter().copied()))
        .order_by_asc(payment_decision::Column::DecidedAt)
        .order_by_asc(payment_decision::Column::Id)
        .all(op.reader())
        .await?;
    for row in rows {
        decisions.entry(row.payment_id).or_default().push(row);
    }
    Ok(decisions)
}

/// Whether this was decided already on a payment that the caller holds locked.
///
/// # Errors
/// The database does not answer.
pub async fn is_decided(tx: &Tx, id: PaymentId, decision: Decision) -> Result<bool> {
    let row = payment_decision::Entity::find()
        .filter(payment_decision::Column::PaymentId.eq(id))
        .filter(payment_decision::Column::Decision.eq(decision))
        .one(tx.db())
        .await?;
    Ok(row.is_some())
}

/// Notes what the caller decided on a payment held locked.
///
/// # Errors
/// The same was decided before: a defect, see [`is_decided`].
pub async fn note_decision(
    tx: &mut Tx,
    payment: &payment::Model,
    decision: Decision,
    note: String,
) -> Result<()> {
    payment_decision::ActiveModel {
        id: Set(tx.op().new_id::<PaymentDecisionId>()),
        payment_id: Set(payment.id),
        decision: Set(decision),
        note: Set(note),
        decided_by: Set(tx.op().actor().user_id()),
        decided_at: Set(tx.now()),
    }
    .insert(tx.db())
    .await?;
    tx.record(PaymentDecided {
        payment_id: payment.id,
        order_id: payment.order_id,
        decision,
        amount: payment.received(),
    })
}
