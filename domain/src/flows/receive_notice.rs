//! A gateway's notice comes in. When this answers, the notice is durable: applied, set aside for a person, or
//! stored to be applied. When it fails, nothing is durable and the gateway must come again.

use entity::{
    orders::order,
    payments::{NoticeState, notice, payment},
};

use crate::{
    base::{Error, Op, Result, Tx},
    orders,
    payments::{self, Decision, decide, decide::Standing, inbox},
    ports::{Charge, Notice, Outcome},
};

use super::{
    card_charges::{self, Heard, HeardCharge},
    late_money,
    settlement::{self, GatewayFacts},
};

/// What became of a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Received {
    /// Applied, or old news.
    Done,
    /// Set aside for a person.
    Quarantined,
    /// Stored; a job applies it.
    Stored,
}

/// Takes in an authentic notice: stores it and applies it in one transaction. When applying fails for a reason
/// of ours, the notice alone is stored.
///
/// # Errors
/// Nothing could be stored.
pub async fn receive_notice(op: &Op, notice: &Notice) -> Result<Received> {
    match store_and_apply(op, notice).await {
        Ok(received) => Ok(received),
        // An engine that does not answer will not store either: let the gateway come again.
        Err(error) if error.is_unavailable() => Err(error),
        Err(error) => {
            tracing::error!(
                trade = %notice.merchant_trade_no, error = ?error,
                "a notice could not be applied; it is stored and tried again"
            );
            store_alone(op, notice, &error).await
        }
    }
}

async fn store_and_apply(op: &Op, received: &Notice) -> Result<Received> {
    let mut tx = op.begin().await?;
    let stored = inbox::store(&mut tx, received).await?;
    let outcome = match stored.state {
        NoticeState::Received => apply(&mut tx, &stored, received).await?,
        NoticeState::Done => Received::Done,
        NoticeState::Quarantined => Received::Quarantined,
    };
    tx.commit().await?;
    Ok(outcome)
}

async fn store_alone(op: &Op, received: &Notice, error: &Error) -> Result<Received> {
    let mut tx = op.begin().await?;
    let stored = inbox::store(&mut tx, received).await?;
    inbox::note_failure(&mut tx, stored.id, error).await?;
    tx.commit().await?;
    Ok(Received::Stored)
}

/// Applies a stored notice in the caller's transaction.
///
/// # Errors
/// A defect or an outage; then nothing was done.
pub async fn apply(tx: &mut Tx, stored: &notice::Model, notice: &Notice) -> Result<Received> {
    if let Some(charge) = &notice.charge {
        return Box::pin(apply_charge(tx, stored, notice, charge)).await;
    }
    let found = lock_order_and_payment(tx, &notice.merchant_trade_no).await?;
    let standing = match &found {
        Some((order, payment)) => Some(Standing {
            payment: payment.status,
            amount: payment.amount(),
            order: order.status,
            may_reopen: late_money::may_reopen(tx, order).await?,
        }),
        None => None,
    };
    let decision = decide(
        standing,
        &notice.outcome,
        notice.amount,
        notice.is_simulated,
    );
    if let Some((order, payment)) = &found {
        let facts = facts_of(notice);
        settlement::carry_out(tx, order, payment, &decision, &facts, "notice").await?;
    }
    let (state, reason) = outcome_of(&decision);
    let payment_id = found.map(|(_, payment)| payment.id);
    inbox::close(tx, stored.id, payment_id, state, reason).await?;
    Ok(match state {
        NoticeState::Quarantined => Received::Quarantined,
        NoticeState::Received | NoticeState::Done => Received::Done,
    })
}

/// The same for a charge by a contract. One that something else must come before stays in the inbox.
async fn apply_charge(
    tx: &mut Tx,
    stored: &notice::Model,
    notice: &Notice,
    charge: &Charge,
) -> Result<Received> {
    let heard = HeardCharge {
        charge,
        amount: notice.amount,
        outcome: &notice.outcome,
        gateway_trade_no: &notice.gateway_trade_no,
        is_simulated: notice.is_simulated,
    };
    match card_charges::hear(tx, &notice.merchant_trade_no, &heard, "notice").await? {
        Heard::Decided(decision, payment_id) => {
            let (state, reason) = outcome_of(&decision);
            inbox::close(tx, stored.id, payment_id, state, reason).await?;
            Ok(match state {
                NoticeState::Quarantined => Received::Quarantined,
                NoticeState::Received | NoticeState::Done => Received::Done,
            })
        }
        Heard::Waits(reason) => {
            inbox::keep_waiting(tx, stored.id, reason).await?;
            Ok(Received::Stored)
        }
    }
}

/// Locks the order first and its attempt second, as everybody does.
async fn lock_order_and_payment(
    tx: &mut Tx,
    merchant_trade_no: &str,
) -> Result<Option<(order::Model, payment::Model)>> {
    let Some(payment) = payments::query::find_by_trade_no(tx, merchant_trade_no).await? else {
        return Ok(None);
    };
    let order = orders::query::lock(tx, payment.order_id).await?;
    let payment = payments::query::lock(tx, payment.id).await?;
    Ok(Some((order, payment)))
}

fn facts_of(notice: &Notice) -> GatewayFacts {
    GatewayFacts {
        trade_no: notice.gateway_trade_no.clone(),
        method: notice.gateway_method.clone(),
        amount: notice.amount,
        fee_minor: notice.fee.map(|fee| fee.minor),
        paid_at: match &notice.outcome {
            Outcome::Paid { at } => Some(*at),
            Outcome::CodeIssued(_) | Outcome::Failed { .. } => None,
        },
        card: notice.card.clone(),
    }
}

/// What the inbox remembers of a decision.
const fn outcome_of(decision: &Decision) -> (NoticeState, &'static str) {
    match decision {
        Decision::Settle => (NoticeState::Done, "settled"),
        Decision::Reopen => (NoticeState::Done, "reopened"),
        Decision::KeepAsLate => (NoticeState::Done, "paid_late"),
        Decision::AwaitCode(_) => (NoticeState::Done, "code_issued"),
        Decision::Fail { .. } => (NoticeState::Done, "failed"),
        Decision::Nothing(reason) => (NoticeState::Done, reason),
        Decision::Review(reason) | Decision::Quarantine(reason) => {
            (NoticeState::Quarantined, reason)
        }
    }
}
