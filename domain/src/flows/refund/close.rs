//! Steps: how a refund ends, and all that ends with it. The caller holds order, payment and refund locked.

use entity::{
    invoices::credit_note,
    ledger::LedgerAccount,
    orders::{OrderStatus, order},
    payments::{PaymentStatus, payment, settlement},
    refunds::{RefundKind, RefundStatus, refund, refund::Progress},
};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

use crate::{
    base::{Result, Tx, transition},
    flows::fulfil,
    invoices::{self, NewCreditNote},
    ledger::{self, RefundTo, journal},
    payments,
    refunds::{events::RefundSucceeded, progress::Failure},
    subscriptions,
};

use super::beat::Case;

/// The money is back: the counters, the payment and its order, the subscription, the credit note.
///
/// # Errors
/// The database does not answer, or a defect; then nothing was done.
pub(super) async fn succeed(
    tx: &mut Tx,
    case: &Case,
    progress: Progress,
    cause: &str,
) -> Result<()> {
    let changes = refund::ActiveModel {
        progress: Set(progress),
        answer_code: Set(None),
        answer_message: Set(None),
        ..ended(tx)
    };
    succeed_with(tx, case, changes, cause).await
}

/// The same, with more to remember of the refund.
///
/// # Errors
/// The database does not answer, or a defect; then nothing was done.
pub(super) async fn succeed_with(
    tx: &mut Tx,
    case: &Case,
    changes: refund::ActiveModel,
    cause: &str,
) -> Result<()> {
    let refund = transition::advance(
        tx,
        &case.refund,
        RefundStatus::Succeeded,
        cause,
        refund::ActiveModel {
            next_check_at: Set(None),
            completed_at: Set(Some(tx.now())),
            updated_at: Set(tx.now()),
            ..changes
        },
    )
    .await?;
    payments::counters::give_back(tx, refund.payment_id, refund.amount()).await?;
    let payment = payments::query::lock(tx, refund.payment_id).await?;
    let nothing_left = payment.refunded_minor == payment.captured_minor;
    if nothing_left {
        end_payment(tx, &case.order, &payment).await?;
    }
    if nothing_left && refund.end_subscription {
        for line in fulfil::lines(tx, refund.order_id).await? {
            if let Some(id) = line.subscription_id {
                subscriptions::end_period(tx, id, line.period_start, "refund").await?;
            }
        }
    }
    tx.record(RefundSucceeded {
        refund_id: refund.id,
        payment_id: refund.payment_id,
        order_id: refund.order_id,
        user_id: refund.user_id,
        refund_kind: refund.kind,
        amount: refund.amount(),
        nothing_left,
    })?;
    let note = NewCreditNote {
        payment_id: refund.payment_id,
        refund_id: refund.id,
        amount: refund.amount(),
        reason: refund.reason.clone(),
    };
    // Last, because the series of numbers is locked from here to the commit.
    let note = invoices::credit(tx, note).await?;
    book(tx, case, note.as_ref()).await
}

/// Books what went back: of a settled order it is less revenue and less tax, as the credit note says; of money
/// that no order took it is the customer's credit. What a person gives back leaves our bank, not the gateway.
async fn book(tx: &mut Tx, case: &Case, note: Option<&credit_note::Model>) -> Result<()> {
    let (refund, order, payment) = (&case.refund, &case.order, &case.payment);
    let id = refund.id.to_string();
    let mut journal = match note {
        Some(note) => {
            let parts = (note.net(), note.tax());
            journal::refund(&id, order, payment, parts, RefundTo::Gateway)?
        }
        None => journal::credit_refund(&id, order, payment, refund.amount())?,
    };
    if refund.kind == RefundKind::Manual {
        for transfer in &mut journal.transfers {
            if transfer.credit == LedgerAccount::GatewayClearing {
                transfer.credit = LedgerAccount::Bank;
            }
        }
    }
    ledger::post(tx, journal).await?;
    Ok(())
}

/// Nothing is left of the payment. The order follows only when this payment settled it: money that came too late
/// for an order says nothing about it.
async fn end_payment(tx: &mut Tx, order: &order::Model, payment: &payment::Model) -> Result<()> {
    let changes = payment::ActiveModel {
        updated_at: Set(tx.now()),
        ..Default::default()
    };
    transition::advance(tx, payment, PaymentStatus::Refunded, "refund", changes).await?;
    let settled = settlement::Entity::find()
        .filter(settlement::Column::PaymentId.eq(payment.id))
        .count(tx.db())
        .await?;
    if settled > 0 {
        let changes = order::ActiveModel {
            updated_at: Set(tx.now()),
            ..Default::default()
        };
        transition::advance(tx, order, OrderStatus::Refunded, "refund", changes).await?;
    }
    Ok(())
}

/// Nothing went back and nothing will: the money is free again.
///
/// # Errors
/// The database does not answer, or a defect.
pub(super) async fn fail(tx: &mut Tx, case: &Case, failure: Failure, cause: &str) -> Result<()> {
    let mut changes = ended(tx);
    if let Failure::Obstacle(obstacle) = failure {
        changes.answer_code = Set(Some(obstacle.code().name().to_owned()));
        changes.answer_message = Set(Some(obstacle.sentence().to_owned()));
    }
    transition::advance(tx, &case.refund, RefundStatus::Failed, cause, changes).await?;
    tracing::warn!(refund = %case.refund.id, ?failure, "a refund failed");
    let refund = &case.refund;
    payments::counters::release(tx, refund.payment_id, refund.amount()).await
}

/// A person calls it off.
///
/// # Errors
/// [`crate::base::Code::InvalidState`] once the gateway was told of it, or it has ended.
pub(super) async fn cancel(tx: &mut Tx, case: &Case) -> Result<()> {
    let changes = ended(tx);
    let (refund, to) = (&case.refund, RefundStatus::Cancelled);
    transition::advance(tx, refund, to, "cancel_refund", changes).await?;
    payments::counters::release(tx, refund.payment_id, refund.amount()).await
}

/// A person must look; the money stays set aside.
///
/// # Errors
/// The database does not answer, or a defect.
pub(super) async fn hand_over(tx: &mut Tx, case: &Case, reason: &str, cause: &str) -> Result<()> {
    tracing::error!(refund = %case.refund.id, reason, "a refund needs a person");
    let mut changes = refund::ActiveModel {
        next_check_at: Set(None),
        updated_at: Set(tx.now()),
        ..Default::default()
    };
    // What the gateway refused says more than our word for it.
    if case.refund.answer_code.is_none() {
        changes.answer_code = Set(Some(reason.to_owned()));
    }
    let to = RefundStatus::AwaitingStaff;
    transition::advance(tx, &case.refund, to, cause, changes).await?;
    Ok(())
}

fn ended(tx: &Tx) -> refund::ActiveModel {
    refund::ActiveModel {
        next_check_at: Set(None),
        completed_at: Set(Some(tx.now())),
        updated_at: Set(tx.now()),
        ..Default::default()
    }
}
