//! What people do about refunds that no gateway finishes.

use entity::{
    id::RefundId,
    refunds::{RefundStatus, refund},
};
use sea_orm::{ActiveValue::Set, EntityTrait};
use serde::Serialize;

use crate::{
    base::{
        Access, Code, Error, Op, Result, Tx,
        idempotency::{self, Claim, IdempotencyKey},
        validate,
    },
    orders, payments, refunds,
};

use super::{beat::Case, close};

/// What a person gave back by hand.
#[derive(Clone, Debug, Serialize)]
pub struct HandRefund {
    /// Which refund.
    pub refund_id: RefundId,
    /// The number of the transfer, or what else proves it.
    pub reference: String,
    /// What else is to be remembered; may be empty.
    pub note: String,
}

/// A person says that they gave the money back. Saying it again, with the same reference, changes nothing.
///
/// # Errors
/// [`Code::InvalidState`] for a refund that does not wait for a person; the message names its state. The key's own.
pub async fn complete_manual_refund(op: &Op, hand: HandRefund, key: &str) -> Result<refund::Model> {
    op.require(Access::Staff)?;
    let reference = validate::text("reference", &hand.reference, 1, 200)?;
    let note = validate::text("note", &hand.note, 0, 1000)?;
    let key = IdempotencyKey::new(op, "completeManualRefund", key, &hand)?;
    let mut tx = op.begin().await?;
    let claim = idempotency::claim(&mut tx, &key).await?;
    let case = lock(&mut tx, hand.refund_id).await?;
    let is_repeat = case.refund.status == RefundStatus::Succeeded
        && case.refund.reference.as_ref() == Some(&reference);
    if is_repeat || claim != Claim::Fresh {
        return Ok(case.refund);
    }
    if case.refund.status != RefundStatus::AwaitingStaff {
        let status = sea_orm::ActiveEnum::to_value(&case.refund.status);
        return Err(Error::refused(
            Code::InvalidState,
            format!("This refund is {status}; it does not wait for a person."),
        ));
    }
    let changes = refund::ActiveModel {
        reference: Set(Some(reference)),
        note: Set((!note.is_empty()).then_some(note)),
        ..Default::default()
    };
    close::succeed_with(&mut tx, &case, changes, "complete_manual_refund").await?;
    let refund = refunds::query::lock(&tx, hand.refund_id).await?;
    idempotency::finish(&mut tx, &key, refund.id.to_string()).await?;
    tx.commit().await?;
    Ok(refund)
}

/// A person calls a refund off: one that waits for a person, or that nothing was sent for yet. Calling it off
/// twice changes nothing.
///
/// # Errors
/// [`Code::InvalidState`] for every other; the message names its state. The key's own.
pub async fn cancel_refund(op: &Op, id: RefundId, key: &str) -> Result<refund::Model> {
    op.require(Access::Staff)?;
    let key = IdempotencyKey::new(op, "cancelRefund", key, &id)?;
    let mut tx = op.begin().await?;
    let claim = idempotency::claim(&mut tx, &key).await?;
    let case = lock(&mut tx, id).await?;
    if case.refund.status == RefundStatus::Cancelled || claim != Claim::Fresh {
        return Ok(case.refund);
    }
    close::cancel(&mut tx, &case).await?;
    let refund = refunds::query::lock(&tx, id).await?;
    idempotency::finish(&mut tx, &key, refund.id.to_string()).await?;
    tx.commit().await?;
    Ok(refund)
}

/// Order, payment and refund, locked in everybody's order.
async fn lock(tx: &mut Tx, id: RefundId) -> Result<Case> {
    let found = refund::Entity::find_by_id(id)
        .one(tx.db())
        .await?
        .ok_or(Error::NotFound("refund"))?;
    Ok(Case {
        order: orders::query::lock(tx, found.order_id).await?,
        payment: payments::query::lock(tx, found.payment_id).await?,
        refund: refunds::query::lock(tx, id).await?,
    })
}
