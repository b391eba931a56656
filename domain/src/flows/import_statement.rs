//! A gateway's statement comes in. Each line is taken in once, however often and in however many files it comes;
//! what only the statement knows (the gateway's part, and what it paid out) is booked.

use std::collections::HashMap;

use entity::{
    id::{PaymentId, StatementImportId, StatementLineId},
    money::Money,
    payments::payment,
    reconciliation::{StatementLineKind, statement_import, statement_line},
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr,
};

use crate::{
    base::{Access, Error, Op, Result, Tx},
    ledger::{self, journal},
    orders,
    payments::{self, decide::has_money},
    ports::{Statement, StatementLine},
};

use super::events::StatementImported;

/// How many lines are taken in at once; whoever else writes waits no longer than for these.
const AT_ONCE: usize = 100;

/// A statement, and the file it was read from.
#[derive(Clone, Debug)]
pub struct NewStatement {
    /// What the file was called.
    pub file_name: String,
    /// SHA-256 of its bytes, in hexadecimal.
    pub file_hash: String,
    /// What it says.
    pub statement: Statement,
}

/// What became of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// The import; that of the first time when the same file came before.
    pub id: StatementImportId,
    /// Whether the same file was taken in before: then nothing was done.
    pub is_repeat: bool,
    /// Lines that nobody knew.
    pub new: usize,
    /// Lines that say something else than before.
    pub changed: usize,
    /// Lines that were known, word for word.
    pub known: usize,
    /// Journals that were booked.
    pub booked: usize,
}

/// Takes in a statement. It may be broken off and come again: what was taken in is not taken in twice.
///
/// # Errors
/// [`Error::Forbidden`] for whoever is not staff, or the database does not answer.
pub async fn import_statement(op: &Op, new: NewStatement) -> Result<Imported> {
    op.require(Access::Staff)?;
    let import = begin(op, &new).await?;
    let mut imported = Imported {
        id: import.id,
        is_repeat: import.finished_at.is_some(),
        new: 0,
        changed: 0,
        known: 0,
        booked: 0,
    };
    if imported.is_repeat {
        return Ok(imported);
    }
    let gateway = new.statement.gateway;
    for lines in new.statement.lines.chunks(AT_ONCE) {
        let mut tx = op.begin().await?;
        take_in(&mut tx, &import, gateway, lines, &mut imported).await?;
        tx.commit().await?;
    }
    finish(op, &new, &imported).await?;
    Ok(imported)
}

/// The import of this file: a new one, or the one that was begun before.
async fn begin(op: &Op, new: &NewStatement) -> Result<statement_import::Model> {
    let tx = op.begin().await?;
    let row = statement_import::ActiveModel {
        id: Set(op.new_id::<StatementImportId>()),
        gateway: Set(new.statement.gateway.to_owned()),
        file_name: Set(new.file_name.clone()),
        file_hash: Set(new.file_hash.clone()),
        line_count: Set(i32::try_from(new.statement.lines.len()).map_err(Error::internal)?),
        imported_by: Set(op.actor().user_id()),
        imported_at: Set(tx.now()),
        finished_at: Set(None),
    };
    statement_import::Entity::insert(row)
        .on_conflict_do_nothing_on([
            statement_import::Column::Gateway,
            statement_import::Column::FileHash,
        ])
        .exec_without_returning(tx.db())
        .await?;
    let import = statement_import::Entity::find()
        .filter(statement_import::Column::Gateway.eq(new.statement.gateway))
        .filter(statement_import::Column::FileHash.eq(new.file_hash.as_str()))
        .one(tx.db())
        .await?
        .ok_or(Error::NotFound("statement"))?;
    tx.commit().await?;
    Ok(import)
}

async fn finish(op: &Op, new: &NewStatement, imported: &Imported) -> Result<()> {
    let mut tx = op.begin().await?;
    let row = statement_import::ActiveModel {
        id: Set(imported.id),
        finished_at: Set(Some(tx.now())),
        ..Default::default()
    };
    statement_import::Entity::update(row).exec(tx.db()).await?;
    tx.record(StatementImported {
        statement_id: imported.id,
        gateway: new.statement.gateway.to_owned(),
        lines: new.statement.lines.len(),
        new: imported.new,
        changed: imported.changed,
        booked: imported.booked,
    })?;
    tx.commit().await
}

async fn take_in(
    tx: &mut Tx,
    import: &statement_import::Model,
    gateway: &'static str,
    lines: &[StatementLine],
    imported: &mut Imported,
) -> Result<()> {
    let payments = payments_of(tx, gateway, lines).await?;
    let known = known_lines(tx, gateway, lines).await?;
    let mut fresh = Vec::new();
    let mut told: Vec<(PaymentId, &StatementLine)> = Vec::new();
    for line in lines {
        let payment = payments.get(&line.merchant_trade_no);
        let row = row(tx, import, gateway, line, payment);
        let key = (line.gateway_trade_no.clone(), line.kind);
        match known.get(&key) {
            Some(before) if says_the_same(before, line) => {
                imported.known += 1;
                continue;
            }
            Some(before) => {
                let changed = statement_line::ActiveModel {
                    id: Set(before.id),
                    ..row
                };
                changed.update(tx.db()).await?;
                imported.changed += 1;
            }
            None => {
                fresh.push(row);
                imported.new += 1;
            }
        }
        if let Some(payment) = payment {
            told.push((payment.id, line));
        }
    }
    if !fresh.is_empty() {
        statement_line::Entity::insert_many(fresh)
            .exec_without_returning(tx.db())
            .await?;
    }
    // In one order, so that two imports never wait for each other in a circle.
    told.sort_by_key(|(id, _)| payments_order(&payments, *id));
    for (id, line) in told {
        imported.booked += learn(tx, id, line).await?;
    }
    Ok(())
}

fn payments_order(
    payments: &HashMap<String, payment::Model>,
    id: PaymentId,
) -> Option<(entity::id::OrderId, PaymentId)> {
    payments
        .values()
        .find(|payment| payment.id == id)
        .map(|payment| (payment.order_id, id))
}

/// What a payment learns from a line about it; how many journals that made.
async fn learn(tx: &mut Tx, id: PaymentId, line: &StatementLine) -> Result<usize> {
    if line.kind == StatementLineKind::Refund {
        return Ok(0);
    }
    let found = payment::Entity::find_by_id(id)
        .one(tx.db())
        .await?
        .ok_or(Error::NotFound("payment"))?;
    let order = orders::query::lock(tx, found.order_id).await?;
    let payment = payments::query::lock(tx, id).await?;
    if !has_money(payment.status) {
        ask_soon(tx, id).await?;
        return Ok(0);
    }
    if payment.received() != line.amount {
        return Ok(0);
    }
    let mut booked = 0;
    if let (None, Some(fee)) = (payment.fee_minor, line.fee) {
        let row = payment::ActiveModel {
            id: Set(id),
            fee_minor: Set(Some(fee.minor)),
            ..Default::default()
        };
        payment::Entity::update(row).exec(tx.db()).await?;
        booked += usize::from(ledger::post(tx, journal::fee(&order, &payment, fee)?).await?);
    }
    let fee = payment.fee_minor.or(line.fee.map(|fee| fee.minor));
    if let (Some(_), Some(fee)) = (line.paid_out_at, fee) {
        let net = payment
            .received()
            .checked_sub(Money::new(fee, payment.currency))?;
        let payout = journal::payout(&order, &payment, net)?;
        booked += usize::from(ledger::post(tx, payout).await?);
    }
    Ok(booked)
}

/// The statement says paid and we do not know it: the gateway is asked, and what it answers settles the order.
async fn ask_soon(tx: &Tx, id: PaymentId) -> Result<()> {
    payment::Entity::update_many()
        .col_expr(payment::Column::NextCheckAt, Expr::value(Some(tx.now())))
        .filter(payment::Column::Id.eq(id))
        .exec(tx.db())
        .await?;
    Ok(())
}

async fn payments_of(
    tx: &Tx,
    gateway: &str,
    lines: &[StatementLine],
) -> Result<HashMap<String, payment::Model>> {
    let numbers = lines.iter().map(|line| line.merchant_trade_no.as_str());
    let rows = payment::Entity::find()
        .filter(payment::Column::Gateway.eq(gateway))
        .filter(payment::Column::MerchantTradeNo.is_in(numbers))
        .all(tx.db())
        .await?;
    let rows = rows.into_iter();
    Ok(rows
        .map(|row| (row.merchant_trade_no.clone(), row))
        .collect())
}

type Known = HashMap<(String, StatementLineKind), statement_line::Model>;

async fn known_lines(tx: &Tx, gateway: &str, lines: &[StatementLine]) -> Result<Known> {
    let numbers = lines.iter().map(|line| line.gateway_trade_no.as_str());
    let rows = statement_line::Entity::find()
        .filter(statement_line::Column::Gateway.eq(gateway))
        .filter(statement_line::Column::GatewayTradeNo.is_in(numbers))
        .all(tx.db())
        .await?;
    let rows = rows.into_iter();
    Ok(rows
        .map(|row| ((row.gateway_trade_no.clone(), row.kind), row))
        .collect())
}

fn says_the_same(before: &statement_line::Model, line: &StatementLine) -> bool {
    before.amount() == line.amount
        && before.merchant_trade_no == line.merchant_trade_no
        && before.fee_minor == line.fee.map(|fee| fee.minor)
        && before.happened_at == line.happened_at
        && before.paid_out_at == line.paid_out_at
}

fn row(
    tx: &Tx,
    import: &statement_import::Model,
    gateway: &str,
    line: &StatementLine,
    payment: Option<&payment::Model>,
) -> statement_line::ActiveModel {
    statement_line::ActiveModel {
        id: Set(tx.op().new_id::<StatementLineId>()),
        import_id: Set(import.id),
        line_number: Set(line.number),
        gateway: Set(gateway.to_owned()),
        kind: Set(line.kind),
        merchant_trade_no: Set(line.merchant_trade_no.clone()),
        gateway_trade_no: Set(line.gateway_trade_no.clone()),
        amount_minor: Set(line.amount.minor),
        currency: Set(line.amount.currency),
        fee_minor: Set(line.fee.map(|fee| fee.minor)),
        happened_at: Set(line.happened_at),
        paid_out_at: Set(line.paid_out_at),
        payment_id: Set(payment.map(|payment| payment.id)),
    }
}
