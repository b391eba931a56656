//! Staff decide on money that is stuck: the order is settled with it after all, or it is the customer's.

use entity::{
    id::PaymentId,
    orders::{OrderStatus, order},
    payments::{PaymentStatus, payment, payment_decision::Decision},
};
use sea_orm::{ActiveEnum, ActiveValue::Set, EntityTrait};
use serde::Serialize;

use crate::{
    base::{
        Access, Code, Error, Op, Result, Tx,
        idempotency::{self, Claim, IdempotencyKey},
        transition, validate,
    },
    ledger::Received,
    orders::{self, state::is_payable},
    payments::{self, attention},
};

use super::{
    late_money,
    settlement::{self, after_attempt_ended},
};

/// A payment, and why it is decided so.
#[derive(Clone, Debug, Serialize)]
pub struct OnPayment {
    /// Which.
    pub payment_id: PaymentId,
    /// Why, in the person's words.
    pub note: String,
}

/// What becomes of a payment in review.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Verdict {
    /// The order is settled with what came. What is missing is let off, what is too much is the customer's credit.
    Accept,
    /// The order is not settled with it. What came is the customer's credit.
    Reject,
}

/// Settles the order of a late payment after all, on the order's terms.
///
/// # Errors
/// [`Code::InvalidState`] for a payment that is not late or an order that was called off or settled,
/// [`Code::AlreadySubscribed`], [`Code::InsufficientCredit`] when the money was spent meanwhile, or the key's own.
pub async fn accept_late_payment(op: &Op, on: OnPayment, key: &str) -> Result<payment::Model> {
    decide(op, "acceptLatePayment", Step::AcceptLate, on, key).await
}

/// Leaves late money with the customer as credit: nobody needs to look at it any more.
///
/// # Errors
/// [`Code::InvalidState`] for a payment that is not late, or the key's own.
pub async fn credit_late_payment(op: &Op, on: OnPayment, key: &str) -> Result<payment::Model> {
    decide(op, "creditLatePayment", Step::CreditLate, on, key).await
}

/// Ends the review of a payment.
///
/// # Errors
/// [`Code::InvalidState`] for a payment that is not in review, one that brought no money, or an order that cannot be
/// paid any more, or the key's own.
pub async fn resolve_payment(
    op: &Op,
    on: OnPayment,
    verdict: Verdict,
    key: &str,
) -> Result<payment::Model> {
    let step = match verdict {
        Verdict::Accept => Step::AcceptReview,
        Verdict::Reject => Step::RejectReview,
    };
    decide(op, "resolvePayment", step, on, key).await
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
enum Step {
    AcceptLate,
    CreditLate,
    AcceptReview,
    RejectReview,
}

async fn decide(
    op: &Op,
    operation: &'static str,
    step: Step,
    on: OnPayment,
    key: &str,
) -> Result<payment::Model> {
    op.require(Access::Staff)?;
    let note = validate::text("note", &on.note, 1, 1000)?;
    let key = IdempotencyKey::new(op, operation, key, &(step, &on))?;
    let mut tx = op.begin().await?;
    if let Claim::Done(_) = idempotency::claim(&mut tx, &key).await? {
        return payments::query::lock(&tx, on.payment_id).await;
    }
    let (order, payment) = lock(&mut tx, on.payment_id).await?;
    let decision = match step {
        Step::AcceptLate => accept_late(&mut tx, &order, &payment).await?,
        Step::CreditLate => credit_late(&payment)?,
        Step::AcceptReview => accept_review(&mut tx, &order, &payment).await?,
        Step::RejectReview => reject_review(&mut tx, &order, &payment).await?,
    };
    if !attention::is_decided(&tx, payment.id, decision).await? {
        attention::note_decision(&mut tx, &payment, decision, note).await?;
    }
    idempotency::finish(&mut tx, &key, payment.id.to_string()).await?;
    let payment = payments::query::lock(&tx, payment.id).await?;
    tx.commit().await?;
    Ok(payment)
}

/// The order first, as everybody does.
async fn lock(tx: &mut Tx, id: PaymentId) -> Result<(order::Model, payment::Model)> {
    let order_id = payment::Entity::find_by_id(id)
        .one(tx.db())
        .await?
        .ok_or(Error::NotFound("payment"))?
        .order_id;
    let order = orders::query::lock(tx, order_id).await?;
    Ok((order, payments::query::lock(tx, id).await?))
}

async fn accept_late(
    tx: &mut Tx,
    order: &order::Model,
    payment: &payment::Model,
) -> Result<Decision> {
    check_status(payment, PaymentStatus::PaidLate)?;
    let order = match order.status {
        OrderStatus::Expired => late_money::reopen(tx, order, "accept_late_payment").await?,
        _ => {
            check_payable(order)?;
            order.clone()
        }
    };
    let credit = Received::AsCredit(payment.received());
    settlement::settle_by_hand(tx, &order, payment, credit, "accept_late_payment").await?;
    Ok(Decision::Accepted)
}

fn credit_late(payment: &payment::Model) -> Result<Decision> {
    check_status(payment, PaymentStatus::PaidLate)?;
    Ok(Decision::Credited)
}

async fn accept_review(
    tx: &mut Tx,
    order: &order::Model,
    payment: &payment::Model,
) -> Result<Decision> {
    check_status(payment, PaymentStatus::Review)?;
    if payment.received_minor.is_none() {
        return Err(Error::refused(
            Code::InvalidState,
            "The gateway told of no money for this payment; reject it.",
        ));
    }
    check_payable(order)?;
    let came = Received::AtGateway(payment.received());
    settlement::settle_by_hand(tx, order, payment, came, "resolve_payment").await?;
    Ok(Decision::Accepted)
}

async fn reject_review(
    tx: &mut Tx,
    order: &order::Model,
    payment: &payment::Model,
) -> Result<Decision> {
    check_status(payment, PaymentStatus::Review)?;
    let mut changes = payment::ActiveModel {
        next_check_at: Set(None),
        updated_at: Set(tx.now()),
        ..Default::default()
    };
    let cause = "resolve_payment";
    if payment.received_minor.is_some() {
        changes.captured_minor = Set(payment.received().minor);
        settlement::keep_as_late(tx, order, payment, changes, cause).await?;
    } else {
        transition::advance(tx, payment, PaymentStatus::Failed, cause, changes).await?;
    }
    after_attempt_ended(tx, order, payment.id, OrderStatus::Failed, cause).await?;
    Ok(Decision::Rejected)
}

fn check_status(payment: &payment::Model, expected: PaymentStatus) -> Result<()> {
    if payment.status == expected {
        return Ok(());
    }
    let (is, wanted) = (payment.status.to_value(), expected.to_value());
    Err(Error::refused(
        Code::InvalidState,
        format!("This payment is {is}, not {wanted}."),
    ))
}

fn check_payable(order: &order::Model) -> Result<()> {
    if is_payable(order.status) {
        return Ok(());
    }
    let status = order.status.to_value();
    Err(Error::refused(
        Code::InvalidState,
        format!("The order is {status}; give the money back, or leave it as credit."),
    ))
}
