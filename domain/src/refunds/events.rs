//! What happens to refunds.

use entity::{
    id::{OrderId, PaymentId, RefundId, UserId},
    money::{Currency, Money},
    refunds::{RefundKind, RefundStatus},
};
use serde::Serialize;
use uuid::Uuid;

use crate::base::{Event, event::Sample};

/// A refund was asked for, and its money set aside.
#[derive(Debug, Serialize)]
pub struct RefundRequested {
    /// Which.
    pub refund_id: RefundId,
    /// Of which payment.
    pub payment_id: PaymentId,
    /// Of which order.
    pub order_id: OrderId,
    /// Who gives it back.
    pub refund_kind: RefundKind,
    /// How much.
    pub amount: Money,
}

impl Event for RefundRequested {
    const KIND: &'static str = "refund.requested";

    fn subject(&self) -> String {
        self.refund_id.to_string()
    }
}

/// A refund moved.
#[derive(Debug, Serialize)]
pub struct RefundStatusChanged {
    /// Which.
    pub refund_id: RefundId,
    /// Of which payment.
    pub payment_id: PaymentId,
    /// From.
    pub from: RefundStatus,
    /// To.
    pub to: RefundStatus,
    /// The version the move led to.
    pub version: i64,
    /// Why.
    pub cause: String,
}

impl Event for RefundStatusChanged {
    const KIND: &'static str = "refund.status_changed";

    fn subject(&self) -> String {
        self.refund_id.to_string()
    }
}

/// The money went back.
#[derive(Debug, Serialize)]
pub struct RefundSucceeded {
    /// Which.
    pub refund_id: RefundId,
    /// Of which payment.
    pub payment_id: PaymentId,
    /// Of which order.
    pub order_id: OrderId,
    /// To whom.
    pub user_id: UserId,
    /// Who gave it back.
    pub refund_kind: RefundKind,
    /// How much.
    pub amount: Money,
    /// Whether nothing of the payment is left.
    pub nothing_left: bool,
}

impl Event for RefundSucceeded {
    const KIND: &'static str = "refund.succeeded";

    fn subject(&self) -> String {
        self.refund_id.to_string()
    }
}

/// One of each, for `schema/events.md`.
///
/// # Errors
/// An event cannot be written as JSON.
pub fn samples() -> Result<Vec<Sample>, serde_json::Error> {
    let refund_id = RefundId(Uuid::nil());
    let payment_id = PaymentId(Uuid::nil());
    let order_id = OrderId(Uuid::nil());
    let amount = Money::new(300, Currency::Twd);
    Ok(vec![
        Sample::of(&RefundRequested {
            refund_id,
            payment_id,
            order_id,
            refund_kind: RefundKind::Card,
            amount,
        })?,
        Sample::of(&RefundStatusChanged {
            refund_id,
            payment_id,
            from: RefundStatus::Requested,
            to: RefundStatus::Sending,
            version: 2,
            cause: "send_refunds".to_owned(),
        })?,
        Sample::of(&RefundSucceeded {
            refund_id,
            payment_id,
            order_id,
            user_id: UserId(Uuid::nil()),
            refund_kind: RefundKind::Card,
            amount,
            nothing_left: false,
        })?,
    ])
}
