//! Staff ask for a refund: its money is set aside, it is written down, and the gateway is told.

use entity::{
    id::{PaymentId, RefundId},
    money::Money,
    orders::order,
    payments::{PaymentStatus, payment},
    refunds::{RefundKind, refund},
};
use sea_orm::EntityTrait;
use serde::Serialize;

use crate::{
    base::{
        Access, Actor, Code, Error, Op, Result, Tx,
        idempotency::{self, Claim, IdempotencyKey},
        validate,
    },
    ledger, orders, payments,
    refunds::{self, NewRefund},
};

use super::{
    send,
    terms::{Asked, agree},
};

/// The longest reason.
const LONGEST_REASON: usize = 500;

/// What staff ask for.
#[derive(Clone, Debug, Serialize)]
pub struct RefundRequest {
    /// Which payment.
    pub payment_id: PaymentId,
    /// How much; `None` for all that is left.
    pub amount: Option<Money>,
    /// Why, for the books and the credit note.
    pub reason: String,
    /// Whether a person gives it back although the gateway could.
    pub by_hand: bool,
    /// Whether the subscription whose present period was paid ends with it. Only when nothing is left.
    pub end_subscription: bool,
}

/// Asks for a refund. When this answers, the money is set aside and the refund is written down; a card's gateway
/// was told too, as far as it answered, and is told on by the clockwork.
///
/// # Errors
/// [`Code::NotRefundable`], [`Code::RefundExceedsCapture`], [`Code::RefundInFullOnly`],
/// [`Code::RefundNotAvailable`], [`Code::InsufficientCredit`] when the money was spent as credit since, a value that cannot be taken, or the key's own.
pub async fn refund_payment(op: &Op, request: RefundRequest, key: &str) -> Result<refund::Model> {
    op.require(Access::Staff)?;
    let reason = validate::text("reason", &request.reason, 1, LONGEST_REASON)?;
    let key = IdempotencyKey::new(op, "refundPayment", key, &request)?;
    let mut tx = op.begin().await?;
    if let Claim::Done(id) = idempotency::claim(&mut tx, &key).await? {
        let id: RefundId = id.parse().map_err(Error::internal)?;
        return refunds::query::lock(&tx, id).await;
    }
    let found = payment::Entity::find_by_id(request.payment_id)
        .one(tx.db())
        .await?
        .ok_or(Error::NotFound("payment"))?;
    let order = orders::query::lock(&mut tx, found.order_id).await?;
    let payment = payments::query::lock(&tx, found.id).await?;
    let asked = Asked {
        amount: request.amount,
        by_hand: request.by_hand,
    };
    let (kind, amount) = agree(&payment, asked, op.app().gateway.refunds_cards())?;
    if request.end_subscription && amount != payment.refundable() {
        return Err(Error::invalid(
            "endSubscription",
            Code::OutOfRange,
            "A subscription ends only when all that is left of its payment goes back.",
        ));
    }
    check_credit(&tx, &order, &payment, amount).await?;
    let new = NewRefund {
        kind,
        amount,
        reason,
        end_subscription: request.end_subscription,
    };
    let refund = refunds::record(&mut tx, &order, &payment, new).await?;
    idempotency::finish(&mut tx, &key, refund.id.to_string()).await?;
    tx.commit().await?;
    if refund.kind == RefundKind::Card {
        // What is done from here on is the house's doing, and survives whatever becomes of the request.
        send::send_now(&op.acting_as(Actor::System("send_refunds")), &refund).await;
    }
    refunds::query::get(op, refund.id).await
}

/// Money that no order took became the customer's credit, and may have been spent since.
async fn check_credit(
    tx: &Tx,
    order: &order::Model,
    payment: &payment::Model,
    amount: Money,
) -> Result<()> {
    if payment.status != PaymentStatus::PaidLate {
        return Ok(());
    }
    let credit = ledger::query::credit_of(tx, order.user_id, payment.currency).await?;
    let held = refunds::query::held_of_late_payments(tx, order.user_id, payment.currency).await?;
    if credit.checked_sub(held)?.minor >= amount.minor {
        return Ok(());
    }
    Err(Error::refused(
        Code::InsufficientCredit,
        format!("This money became the customer's credit, of which {credit} is left."),
    ))
}
