//! One beat of a card refund: ask the gateway how the payment stands, decide, and tell it one thing at most.
//! Every word to the gateway stands between two transactions: what is about to be sent is written down before,
//! what came of it after. A worker that dies in between leaves a refund whose next beat asks first.

use chrono::{DateTime, Utc};
use entity::{
    id::RefundId,
    orders::order,
    payments::payment,
    refunds::{
        CardAction, RefundKind, RefundStatus, refund,
        refund::{Progress, Sent},
    },
};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};

use crate::{
    base::{Error, Op, Result, Tx, transition},
    orders, payments,
    payments::schedule::after_silence,
    ports::{CardAnswer, CardInstruction, CardReport, Unanswered},
    refunds::{self, Next, next, progress::is_last, state::is_under_way},
};

use super::{close, preview::card_question, send::LEASE, terms};

const CAUSE: &str = "send_refunds";

/// Whether the next beat may follow at once.
pub(super) enum Beat {
    /// Yes, under this lease.
    Again(DateTime<Utc>),
    /// No: it has ended, waits, or belongs to somebody else.
    Rest,
}

/// A refund with what it is of, all locked.
pub(super) struct Case {
    pub order: order::Model,
    pub payment: payment::Model,
    pub refund: refund::Model,
}

/// One beat, for the worker whose lease this is.
///
/// # Errors
/// The database does not answer, or a defect.
pub(super) async fn beat(op: &Op, id: RefundId, lease: DateTime<Utc>) -> Result<Beat> {
    let refund = refunds::query::get(op, id).await?;
    let payment = payments::query::get(op, refund.payment_id).await?;
    let question = card_question(&payment)
        .ok_or_else(|| Error::internal(format!("{} cannot be asked about", payment.id)))?;
    // Outside of any transaction: the network may take its time.
    let answer = op.app().gateway.card_state(&question).await;
    let mut tx = op.begin().await?;
    let Some(case) = open(&mut tx, id, lease).await? else {
        return Ok(Beat::Rest);
    };
    let instruction = match answer {
        Ok(report) => decide(&mut tx, &case, &report).await?,
        Err(silence) => {
            note_silence(&mut tx, &case, &silence).await?;
            None
        }
    };
    tx.commit().await?;
    match instruction {
        Some((instruction, lease)) => instruct(op, id, lease, &instruction).await,
        None => Ok(Beat::Rest),
    }
}

/// The refund and what it is of, locked in everybody's order, if the lease still holds.
async fn open(tx: &mut Tx, id: RefundId, lease: DateTime<Utc>) -> Result<Option<Case>> {
    let found = refund::Entity::find_by_id(id)
        .one(tx.db())
        .await?
        .ok_or(Error::NotFound("refund"))?;
    let order = orders::query::lock(tx, found.order_id).await?;
    let payment = payments::query::lock(tx, found.payment_id).await?;
    let refund = refunds::query::lock(tx, id).await?;
    let is_ours = refund.kind == RefundKind::Card
        && is_under_way(refund.status)
        && refund.next_check_at == Some(lease);
    Ok(is_ours.then_some(Case {
        order,
        payment,
        refund,
    }))
}

/// Carries out what the progress and the gateway's report call for; what is to be sent, if anything.
async fn decide(
    tx: &mut Tx,
    case: &Case,
    report: &CardReport,
) -> Result<Option<(CardInstruction, DateTime<Utc>)>> {
    let refund = &case.refund;
    let wish = terms::wish(&case.payment, refund.amount())
        .ok_or_else(|| Error::internal(format!("{} has no wish", refund.id)))?;
    let (progress, step) = next(
        &refund.progress,
        &wish,
        report,
        // The gateway lives by the machine's time, whatever the customer's clock shows.
        tx.op().machine_now(),
    );
    tracing::info!(refund = %refund.id, ?step, state = ?report.state, "the gateway was asked about a refund");
    match step {
        Next::Send(action) => {
            return prepare(tx, case, progress, action, report).await;
        }
        Next::Done => close::succeed(tx, case, progress, CAUSE).await?,
        Next::Fail(failure) => close::fail(tx, case, failure, CAUSE).await?,
        Next::HandOver(reason) => close::hand_over(tx, case, reason, CAUSE).await?,
        Next::LookAgain => wait_unknown(tx, case, progress).await?,
        Next::Later { until, wait } => {
            let changes = refund::ActiveModel {
                progress: Set(progress),
                next_check_at: Set(Some(tx.op().in_their_time(until))),
                answer_code: Set(Some(wait.name().to_owned())),
                answer_message: Set(None),
                ..Default::default()
            };
            keep(tx, refund, changes).await?;
        }
    }
    Ok(None)
}

/// Writes down what is about to be sent; nothing when another refund of the payment has to end first.
async fn prepare(
    tx: &mut Tx,
    case: &Case,
    progress: Progress,
    action: CardAction,
    report: &CardReport,
) -> Result<Option<(CardInstruction, DateTime<Utc>)>> {
    let refund = &case.refund;
    if refunds::query::another_is_on_its_way(tx, refund).await? {
        let changes = refund::ActiveModel {
            next_check_at: Set(Some(after_silence(0, tx.now()))),
            answer_code: Set(Some("another_refund".to_owned())),
            ..Default::default()
        };
        keep(tx, refund, changes).await?;
        return Ok(None);
    }
    let lease = tx.now() + LEASE;
    let sent = Sent {
        action,
        trace_before: report.trace.clone(),
        refunded_before: report.refunded.minor,
        looks: 0,
        refused: false,
    };
    let changes = refund::ActiveModel {
        progress: Set(Progress {
            sent: Some(sent),
            ..progress
        }),
        attempts: Set(refund.attempts + 1),
        checks: Set(0),
        next_check_at: Set(Some(lease)),
        answer_code: Set(None),
        answer_message: Set(None),
        ..Default::default()
    };
    move_to(tx, refund, RefundStatus::Sending, changes).await?;
    let instruction = CardInstruction {
        action,
        merchant_trade_no: case.payment.merchant_trade_no.clone(),
        gateway_trade_no: case.payment.gateway_trade_no.clone().unwrap_or_default(),
        // Whatever is not a refund is for the whole.
        amount: match action {
            CardAction::Refund => refund.amount(),
            CardAction::Abandon | CardAction::CancelCapture => case.payment.captured(),
        },
    };
    Ok(Some((instruction, lease)))
}

async fn instruct(
    op: &Op,
    id: RefundId,
    lease: DateTime<Utc>,
    instruction: &CardInstruction,
) -> Result<Beat> {
    let answer = op.app().gateway.instruct_card(instruction).await;
    tracing::info!(refund = %id, action = ?instruction.action, ?answer, "the gateway was told");
    let mut tx = op.begin().await?;
    let Some(case) = open(&mut tx, id, lease).await? else {
        return Ok(Beat::Rest);
    };
    let mut progress = case.refund.progress.clone();
    let beat = match answer {
        Ok(CardAnswer::Done) => {
            progress.done.push(instruction.action);
            progress.sent = None;
            if is_last(instruction.action) {
                close::succeed(&mut tx, &case, progress, CAUSE).await?;
                Beat::Rest
            } else {
                let changes = refund::ActiveModel {
                    progress: Set(progress),
                    ..Default::default()
                };
                keep(&tx, &case.refund, changes).await?;
                Beat::Again(lease)
            }
        }
        // What it says is checked against how the payment stands, before anything is made of it.
        Ok(CardAnswer::Refused { code, message }) => {
            if let Some(sent) = &mut progress.sent {
                sent.refused = true;
            }
            let changes = refund::ActiveModel {
                progress: Set(progress),
                answer_code: Set(Some(code)),
                answer_message: Set(Some(message.chars().take(200).collect())),
                ..Default::default()
            };
            keep(&tx, &case.refund, changes).await?;
            Beat::Again(lease)
        }
        Err(silence) => {
            note_silence(&mut tx, &case, &silence).await?;
            Beat::Rest
        }
    };
    tx.commit().await?;
    Ok(beat)
}

/// No usable answer is neither a yes nor a no.
async fn note_silence(tx: &mut Tx, case: &Case, silence: &Unanswered) -> Result<()> {
    tracing::warn!(refund = %case.refund.id, %silence, "the gateway gave no usable answer about a refund");
    wait_unknown(tx, case, case.refund.progress.clone()).await
}

/// Looks again with growing patience. While something was sent and nobody knows what came of it, that is what
/// the refund says.
async fn wait_unknown(tx: &mut Tx, case: &Case, progress: Progress) -> Result<()> {
    let refund = &case.refund;
    let to = match progress.sent {
        Some(_) => RefundStatus::Unknown,
        None => refund.status,
    };
    let changes = refund::ActiveModel {
        progress: Set(progress),
        checks: Set(refund.checks + 1),
        next_check_at: Set(Some(after_silence(refund.checks, tx.now()))),
        ..Default::default()
    };
    move_to(tx, refund, to, changes).await
}

/// Moves the refund, or changes it where it is.
async fn move_to(
    tx: &mut Tx,
    refund: &refund::Model,
    to: RefundStatus,
    changes: refund::ActiveModel,
) -> Result<()> {
    if refund.status == to {
        return keep(tx, refund, changes).await;
    }
    let changes = refund::ActiveModel {
        updated_at: Set(tx.now()),
        ..changes
    };
    transition::advance(tx, refund, to, CAUSE, changes).await?;
    Ok(())
}

/// Changes the refund without moving it. The caller holds it locked.
async fn keep(tx: &Tx, refund: &refund::Model, changes: refund::ActiveModel) -> Result<()> {
    let changes = refund::ActiveModel {
        updated_at: Set(tx.now()),
        ..changes
    };
    refund::Entity::update_many()
        .set(changes)
        .filter(refund::Column::Id.eq(refund.id))
        .exec(tx.db())
        .await?;
    Ok(())
}
