//! A step: a refund is written down, and its money set aside.

use entity::{
    id::RefundId,
    money::Money,
    orders::order,
    payments::payment,
    refunds::{RefundKind, RefundStatus, refund, refund::Progress},
};
use sea_orm::{ActiveModelTrait, ActiveValue::Set};

use crate::{
    base::{Result, Tx, transition},
    payments,
};

use super::events::RefundRequested;

/// What is to be written down.
#[derive(Clone, Debug)]
pub struct NewRefund {
    /// Who gives it back.
    pub kind: RefundKind,
    /// How much.
    pub amount: Money,
    /// Why.
    pub reason: String,
    /// Whether the subscription that was paid ends with it.
    pub end_subscription: bool,
}

/// Sets the money aside and writes the refund down, for an order and a payment that the caller holds locked.
///
/// # Errors
/// [`crate::base::Code::RefundExceedsCapture`] when not as much is left.
pub async fn record(
    tx: &mut Tx,
    order: &order::Model,
    payment: &payment::Model,
    new: NewRefund,
) -> Result<refund::Model> {
    payments::counters::reserve(tx, payment.id, new.amount).await?;
    let (status, next_check_at) = match new.kind {
        RefundKind::Card => (RefundStatus::Requested, Some(tx.now())),
        RefundKind::Manual => (RefundStatus::AwaitingStaff, None),
    };
    let row = refund::ActiveModel {
        id: Set(tx.op().new_id::<RefundId>()),
        payment_id: Set(payment.id),
        order_id: Set(order.id),
        user_id: Set(order.user_id),
        kind: Set(new.kind),
        status: Set(status),
        amount_minor: Set(new.amount.minor),
        currency: Set(new.amount.currency),
        reason: Set(new.reason),
        end_subscription: Set(new.end_subscription),
        progress: Set(Progress::default()),
        attempts: Set(0),
        checks: Set(0),
        next_check_at: Set(next_check_at),
        answer_code: Set(None),
        answer_message: Set(None),
        requested_by: Set(tx.op().actor().user_id()),
        reference: Set(None),
        note: Set(None),
        test_clock_id: Set(order.test_clock_id),
        version: Set(1),
        created_at: Set(tx.now()),
        updated_at: Set(tx.now()),
        completed_at: Set(None),
    }
    .insert(tx.db())
    .await?;
    transition::begin(tx, &row, "refund_payment").await?;
    tx.record(RefundRequested {
        refund_id: row.id,
        payment_id: row.payment_id,
        order_id: row.order_id,
        refund_kind: row.kind,
        amount: row.amount(),
    })?;
    Ok(row)
}
