//! Our payments beside the gateway's statements, day by day: what both know, and where they differ.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, NaiveDate, Utc};
use entity::{
    id::PaymentId,
    ledger::{JournalKind, LedgerAccount, ledger_transfer},
    money::Money,
    payments::{PaymentStatus, payment},
    reconciliation::{StatementLineKind, statement_line},
};
use sea_orm::{
    ColumnTrait, EntityTrait, ExprTrait, Iterable, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, sea_query::Expr,
};

use crate::{
    base::{Access, Code, Error, Op, Result, clock},
    payments::decide::has_money,
};

/// The most days that are looked at together.
const MOST_DAYS: i64 = 92;
/// How many ids a statement asks for at once.
const AT_ONCE: usize = 500;

/// How a payment and the gateway's line about it stand to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, sea_orm::EnumIter)]
pub enum Finding {
    /// Both say the same.
    Matched,
    /// The gateway tells of a trade that we have never heard of.
    MissingHere,
    /// The gateway says paid, and we do not know it yet; it is asked.
    NotPaidHere,
    /// We have money that the gateway's statements do not tell of.
    MissingThere,
    /// The amounts differ.
    AmountDiffers,
    /// The gateway keeps another part than it told before.
    FeeDiffers,
}

/// A line, a payment, or both, and how they stand to each other.
#[derive(Clone, Debug)]
pub struct Pair {
    /// How.
    pub finding: Finding,
    /// What the statement says.
    pub line: Option<statement_line::Model>,
    /// What we know.
    pub payment: Option<payment::Model>,
    /// What went back of it, by our books; for refunds.
    pub refunded: Option<Money>,
}

/// The days that were looked at, and all that stood there, in the order of time.
#[derive(Clone, Debug)]
pub struct Reconciliation {
    /// From this day on.
    pub from: NaiveDate,
    /// Up to and including this day.
    pub to: NaiveDate,
    /// Everything.
    pub pairs: Vec<Pair>,
}

impl Reconciliation {
    /// How many there are of each finding.
    #[must_use]
    pub fn counts(&self) -> Vec<(Finding, usize)> {
        let count = |finding| {
            let with = self.pairs.iter().filter(|pair| pair.finding == finding);
            (finding, with.count())
        };
        Finding::iter().map(count).collect()
    }
}

/// Sets our payments beside the statements for the days `from` to `to`, in Taipei.
///
/// # Errors
/// [`Error::Forbidden`] for whoever is not staff, [`Code::OutOfRange`] for days that are no span of at most 92, or
/// the database does not answer.
pub async fn reconcile(op: &Op, from: NaiveDate, to: NaiveDate) -> Result<Reconciliation> {
    op.require(Access::Staff)?;
    let days = (to - from).num_days() + 1;
    let span = clock::start_of_day(from).zip(to.succ_opt().and_then(clock::start_of_day));
    let (Some((start, end)), 1..=MOST_DAYS) = (span, days) else {
        return Err(Error::invalid(
            "to",
            Code::OutOfRange,
            format!("From the first to the last day it is 1 to {MOST_DAYS} days."),
        ));
    };
    let lines = statement_line::Entity::find()
        .filter(statement_line::Column::HappenedAt.gte(start))
        .filter(statement_line::Column::HappenedAt.lt(end))
        .order_by_asc(statement_line::Column::HappenedAt)
        .order_by_asc(statement_line::Column::LineNumber)
        .order_by_asc(statement_line::Column::Id)
        .all(op.reader())
        .await?;
    let ids: Vec<PaymentId> = lines.iter().filter_map(|line| line.payment_id).collect();
    let payments = payments_by_ids(op, &ids).await?;
    let refunded = refunded(op, &ids).await?;
    let mut pairs: Vec<Pair> = lines
        .into_iter()
        .map(|line| pair(line, &payments, &refunded))
        .collect();
    for payment in missing_there(op, start, end).await? {
        pairs.push(Pair {
            finding: Finding::MissingThere,
            line: None,
            payment: Some(payment),
            refunded: None,
        });
    }
    Ok(Reconciliation { from, to, pairs })
}

fn pair(
    line: statement_line::Model,
    payments: &HashMap<PaymentId, payment::Model>,
    refunded: &HashMap<PaymentId, i64>,
) -> Pair {
    let payment = line.payment_id.and_then(|id| payments.get(&id)).cloned();
    let went_back = payment.as_ref().map(|payment| {
        let minor = refunded.get(&payment.id).copied().unwrap_or_default();
        Money::new(minor, payment.currency)
    });
    let refunded = went_back.filter(|_| line.kind == StatementLineKind::Refund);
    let finding = judge(&line, payment.as_ref(), refunded);
    Pair {
        finding,
        line: Some(line),
        payment,
        refunded,
    }
}

/// How a line and our payment stand to each other. `refunded` is what went back of it by our books.
#[must_use]
pub fn judge(
    line: &statement_line::Model,
    payment: Option<&payment::Model>,
    refunded: Option<Money>,
) -> Finding {
    let Some(payment) = payment else {
        return Finding::MissingHere;
    };
    if !has_money(payment.status) {
        return Finding::NotPaidHere;
    }
    let ours = match line.kind {
        StatementLineKind::Payment => payment.received(),
        StatementLineKind::Refund => refunded.unwrap_or(Money::zero(payment.currency)),
    };
    if ours != line.amount() {
        return Finding::AmountDiffers;
    }
    let fees = line.fee_minor.zip(payment.fee_minor);
    match (line.kind, fees) {
        (StatementLineKind::Payment, Some((theirs, ours))) if theirs != ours => Finding::FeeDiffers,
        _ => Finding::Matched,
    }
}

async fn payments_by_ids(op: &Op, ids: &[PaymentId]) -> Result<HashMap<PaymentId, payment::Model>> {
    let mut payments = HashMap::new();
    for ids in ids.chunks(AT_ONCE) {
        let rows = payment::Entity::find()
            .filter(payment::Column::Id.is_in(ids.iter().copied()))
            .all(op.reader())
            .await?;
        payments.extend(rows.into_iter().map(|row| (row.id, row)));
    }
    Ok(payments)
}

/// What the books say went back through the gateway, for each payment.
async fn refunded(op: &Op, ids: &[PaymentId]) -> Result<HashMap<PaymentId, i64>> {
    let mut refunded: HashMap<PaymentId, i64> = HashMap::new();
    let ids: HashSet<PaymentId> = ids.iter().copied().collect();
    let ids: Vec<PaymentId> = ids.into_iter().collect();
    for ids in ids.chunks(AT_ONCE) {
        let rows = ledger_transfer::Entity::find()
            .filter(ledger_transfer::Column::PaymentId.is_in(ids.iter().copied()))
            .filter(
                ledger_transfer::Column::Kind
                    .is_in([JournalKind::Refund, JournalKind::CreditRefund]),
            )
            .filter(ledger_transfer::Column::CreditAccount.eq(LedgerAccount::GatewayClearing))
            .all(op.reader())
            .await?;
        for row in rows {
            if let Some(id) = row.payment_id {
                *refunded.entry(id).or_default() += row.amount_minor;
            }
        }
    }
    Ok(refunded)
}

/// Money of these days that no statement tells of.
async fn missing_there(
    op: &Op,
    start: DateTime<Utc>,
    end: DateTime<Utc>,
) -> Result<Vec<payment::Model>> {
    let told = statement_line::Entity::find()
        .select_only()
        .expr(Expr::value(1))
        .filter(statement_line::Column::Kind.eq(StatementLineKind::Payment))
        .filter(
            Expr::col((statement_line::Entity, statement_line::Column::PaymentId))
                .equals((payment::Entity, payment::Column::Id)),
        );
    Ok(payment::Entity::find()
        .filter(payment::Column::Status.is_in(PaymentStatus::iter().filter(|s| has_money(*s))))
        .filter(payment::Column::Gateway.eq(op.app().gateway.name()))
        .filter(payment::Column::PaidAt.gte(start))
        .filter(payment::Column::PaidAt.lt(end))
        .filter(Expr::not_exists(told.into_query()))
        .order_by_asc(payment::Column::PaidAt)
        .order_by_asc(payment::Column::Id)
        .all(op.reader())
        .await?)
}
