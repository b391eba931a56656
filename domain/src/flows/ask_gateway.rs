//! The janitor: it asks the gateway about attempts whose notices may be lost, and carries the answer through
//! the same decision and settlement as a notice. No answer is no news: then it asks again.

use chrono::{Duration, Utc};
use entity::{
    id::PaymentId,
    orders::{OrderStatus, order},
    payments::{PaymentStatus, payment},
};
use sea_orm::{
    ActiveEnum, ActiveValue::Set, ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder,
    QuerySelect, sea_query::Expr,
};

use crate::{
    base::{Op, Result, Tx, transition},
    orders,
    payments::{self, decide, decide::Standing, schedule, state::is_open},
    ports::{Outcome, TradeReport, TradeState, Unanswered},
};

use super::{
    late_money,
    settlement::{self, GatewayFacts, after_attempt_ended},
};

/// How long one asker has for itself before another may ask about the same attempt.
const LEASE: Duration = Duration::minutes(2);

/// Asks about up to `most` attempts that are due; how many it asked about.
///
/// # Errors
/// The database does not answer.
pub async fn ask_about_due_payments(op: &Op, most: u64) -> Result<u64> {
    let due = payment::Entity::find()
        .filter(payment::Column::NextCheckAt.lte(op.now()))
        .filter(op.timeline().rows(payment::Column::TestClockId))
        .order_by_asc(payment::Column::NextCheckAt)
        .limit(most)
        .all(op.reader())
        .await?;
    let mut asked = 0;
    for payment in due {
        if !claim(op, &payment).await? {
            continue;
        }
        asked += 1;
        if let Err(error) = ask_about(op, &payment).await {
            tracing::error!(payment = %payment.id, error = ?error, "the gateway's answer could not be used");
        }
    }
    Ok(asked)
}

/// Has the gateway asked about an attempt at the janitor's next round: somebody saw a sign that it moved.
///
/// # Errors
/// The database does not answer.
pub async fn ask_soon(op: &Op, id: PaymentId) -> Result<()> {
    let mut tx = op.begin().await?;
    let row = payment::Entity::find_by_id(id).one(tx.db()).await?;
    tx.enter(row.and_then(|row| row.test_clock_id)).await?;
    let now = tx.now();
    payment::Entity::update_many()
        .col_expr(payment::Column::NextCheckAt, Expr::value(Some(now)))
        .filter(payment::Column::Id.eq(id))
        .filter(payment::Column::NextCheckAt.gt(now))
        .exec(tx.db())
        .await?;
    tx.commit().await
}

/// Takes the attempt for this asker alone: whoever moves `next_check_at` first has it.
async fn claim(op: &Op, payment: &payment::Model) -> Result<bool> {
    let tx = op.begin().await?;
    let claimed = payment::Entity::update_many()
        .col_expr(
            payment::Column::NextCheckAt,
            Expr::value(Some(tx.now() + LEASE)),
        )
        .col_expr(
            payment::Column::Checks,
            Expr::col(payment::Column::Checks).add(1),
        )
        .filter(payment::Column::Id.eq(payment.id))
        .filter(payment::Column::NextCheckAt.eq(payment.next_check_at))
        .exec(tx.db())
        .await?;
    tx.commit().await?;
    Ok(claimed.rows_affected == 1)
}

async fn ask_about(op: &Op, payment: &payment::Model) -> Result<()> {
    // Outside of any transaction: the network may take its time.
    let gateway = &op.app().gateway;
    let answer = gateway
        // The gateway lives by the machine's time, whoever pays.
        .query_trade(&payment.merchant_trade_no, op.machine_now())
        .await;
    let mut tx = op.begin().await?;
    let order = orders::query::lock(&mut tx, payment.order_id).await?;
    let payment = payments::query::lock(&tx, payment.id).await?;
    let status = match answer {
        Ok(report) => hear(&mut tx, &order, &payment, &report).await?,
        Err(silence) => note_silence(&mut tx, &payment, &silence).await?,
    };
    tx.commit().await?;
    if status != payment.status {
        metrics::counter!("janitor_resolved_total", "to" => status.to_value()).increment(1);
    }
    Ok(())
}

/// The attempt's state afterwards.
async fn hear(
    tx: &mut Tx,
    order: &order::Model,
    payment: &payment::Model,
    report: &TradeReport,
) -> Result<PaymentStatus> {
    let outcome = match &report.state {
        TradeState::Unpaid | TradeState::NotFound => return not_yet(tx, order, payment).await,
        TradeState::Paid { at } => Outcome::Paid { at: *at },
        TradeState::Failed { code } => Outcome::Failed {
            code: code.clone(),
            message: String::new(),
        },
    };
    let standing = Standing {
        payment: payment.status,
        amount: payment.amount(),
        order: order.status,
        may_reopen: late_money::may_reopen(tx, order).await?,
    };
    let decision = decide(Some(standing), &outcome, report.amount, false);
    let facts = GatewayFacts {
        trade_no: report.gateway_trade_no.clone(),
        method: report.gateway_method.clone(),
        amount: report.amount,
        fee_minor: report.fee.map(|fee| fee.minor),
        paid_at: match report.state {
            TradeState::Paid { at } => Some(at),
            _ => None,
        },
        card: report.card.clone(),
    };
    tracing::info!(payment = %payment.id, ?decision, "the gateway was asked");
    settlement::carry_out(tx, order, payment, &decision, &facts, "janitor").await?;
    let payment = payments::query::lock(tx, payment.id).await?;
    if !is_open(payment.status) {
        stop_asking(tx, &payment).await?;
    }
    Ok(payment.status)
}

/// Not paid: asked again later, until the deadline; then it is over, as far as anybody knows.
async fn not_yet(
    tx: &mut Tx,
    order: &order::Model,
    payment: &payment::Model,
) -> Result<PaymentStatus> {
    if !is_open(payment.status) {
        stop_asking(tx, payment).await?;
        return Ok(payment.status);
    }
    if tx.now() < payment.expires_at {
        let next = schedule::next_check(
            payment.method,
            payment.created_at,
            payment.checks,
            tx.now(),
            payment.expires_at,
        );
        ask_again_at(tx, payment, Some(next)).await?;
        return Ok(payment.status);
    }
    let changes = payment::ActiveModel {
        next_check_at: Set(Some(tx.now() + schedule::LAST_LOOK)),
        updated_at: Set(tx.now()),
        ..Default::default()
    };
    let ended =
        transition::advance(tx, payment, PaymentStatus::Expired, "janitor", changes).await?;
    payments::contracts::begin::attempt_ended(tx, payment, "janitor").await?;
    after_attempt_ended(tx, order, payment.id, OrderStatus::Failed, "janitor").await?;
    Ok(ended.status)
}

/// No usable answer is neither a yes nor a no.
async fn note_silence(
    tx: &mut Tx,
    payment: &payment::Model,
    silence: &Unanswered,
) -> Result<PaymentStatus> {
    tracing::warn!(payment = %payment.id, %silence, "the gateway gave no usable answer");
    // The claim has counted this asking already.
    let next = schedule::after_silence(payment.checks - 1, tx.now());
    let past_deadline = tx.now() >= payment.expires_at;
    let unclear = payment.status == PaymentStatus::Pending
        || (payment.status == PaymentStatus::AwaitingPayment && past_deadline);
    if !unclear {
        ask_again_at(tx, payment, Some(next)).await?;
        return Ok(payment.status);
    }
    let changes = payment::ActiveModel {
        next_check_at: Set(Some(next)),
        updated_at: Set(tx.now()),
        ..Default::default()
    };
    let moved =
        transition::advance(tx, payment, PaymentStatus::Unknown, "janitor", changes).await?;
    Ok(moved.status)
}

async fn stop_asking(tx: &Tx, payment: &payment::Model) -> Result<()> {
    ask_again_at(tx, payment, None).await
}

async fn ask_again_at(
    tx: &Tx,
    payment: &payment::Model,
    at: Option<chrono::DateTime<Utc>>,
) -> Result<()> {
    let row = payment::ActiveModel {
        id: Set(payment.id),
        next_check_at: Set(at),
        ..Default::default()
    };
    payment::Entity::update(row).exec(tx.db()).await?;
    Ok(())
}
