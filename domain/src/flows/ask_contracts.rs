//! Jobs: the gateway is asked about contracts whose next charge should have been told of, and told to try again what
//! failed, step by step with the reminders. What it answers goes the way of its notices.

use chrono::Duration;
use entity::{
    payments::{CardContractStatus, card_contract},
    subscriptions::{SubscriptionStatus, subscription},
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, EntityTrait, ExprTrait, QueryFilter, QueryOrder,
    QuerySelect, sea_query::Expr,
};

use crate::{
    base::{Op, Result, Tx, transition},
    payments::{
        contracts::{self, schedule},
        schedule::after_silence,
    },
    ports::{ContractAnswer, ContractReport, ContractState, LoggedCharge, Outcome},
};

use super::card_charges::{HeardCharge, hear};

/// How long one asker has for itself before another may ask about the same contract.
const LEASE: Duration = Duration::minutes(2);

/// Noted with a contract from the moment the gateway is told to try a charge again until it is known what came of it.
/// Until then it is not told again: two charges could be made of one.
const RETRY_UNKNOWN: &str = "retry_unknown";

/// How long a contract without news is left alone.
const WITHOUT_NEWS: Duration = Duration::days(1);

/// Asks about up to `most` contracts that are due; how many it asked about.
///
/// # Errors
/// The database does not answer.
pub async fn ask_contracts(op: &Op, most: u64) -> Result<u64> {
    let watched = [CardContractStatus::Active, CardContractStatus::Cancelled];
    let due = card_contract::Entity::find()
        .filter(card_contract::Column::Status.is_in(watched))
        .filter(card_contract::Column::NextCheckAt.lte(op.now()))
        .filter(op.timeline().rows(card_contract::Column::TestClockId))
        .order_by_asc(card_contract::Column::NextCheckAt)
        .limit(most)
        .all(op.reader())
        .await?;
    let mut asked = 0;
    for contract in due {
        if !claim(op, &contract).await? {
            continue;
        }
        asked += 1;
        if let Err(error) = ask(op, &contract).await {
            tracing::error!(contract = %contract.id, error = ?error, "the answer about a contract could not be used");
        }
    }
    Ok(asked)
}

/// Takes the contract for this asker alone: whoever moves `next_check_at` first has it.
pub(super) async fn claim(op: &Op, contract: &card_contract::Model) -> Result<bool> {
    let tx = op.begin().await?;
    let claimed = card_contract::Entity::update_many()
        .col_expr(
            card_contract::Column::NextCheckAt,
            Expr::value(Some(tx.now() + LEASE)),
        )
        .col_expr(
            card_contract::Column::Checks,
            Expr::col(card_contract::Column::Checks).add(1),
        )
        .filter(card_contract::Column::Id.eq(contract.id))
        .filter(card_contract::Column::NextCheckAt.eq(contract.next_check_at))
        .exec(tx.db())
        .await?;
    tx.commit().await?;
    Ok(claimed.rows_affected == 1)
}

async fn ask(op: &Op, contract: &card_contract::Model) -> Result<()> {
    // Outside of any transaction, and by the machine's clock: the gateway knows no other.
    let gateway = &op.app().gateway;
    let (number, now) = (&contract.merchant_trade_no, op.app().clock.now());
    match gateway.query_contract(number, now).await {
        Ok(report) => {
            hear_log(op, contract, &report).await?;
            note_report(op, contract, &report).await
        }
        Err(silence) => {
            tracing::warn!(contract = %contract.id, %silence, "no usable answer about a contract");
            ask_again(op, contract, after_silence(contract.checks, op.now())).await
        }
    }
}

/// Hears every charge in the log that is news, oldest first, each in a transaction of its own: what was lost on the
/// way is made up for.
pub(super) async fn hear_log(
    op: &Op,
    contract: &card_contract::Model,
    report: &ContractReport,
) -> Result<()> {
    let is_news =
        |logged: &&LoggedCharge| i64::from(logged.charge.number) > i64::from(contract.charges);
    for logged in report.charges.iter().filter(is_news) {
        let outcome = match &logged.failure_code {
            None => Outcome::Paid {
                at: logged.charge.at,
            },
            Some(code) => Outcome::Failed {
                code: code.clone(),
                message: String::new(),
            },
        };
        let heard = HeardCharge {
            charge: &logged.charge,
            amount: logged.amount,
            outcome: &outcome,
            gateway_trade_no: &logged.gateway_trade_no,
            is_simulated: false,
        };
        let mut tx = op.begin().await?;
        let number = &contract.merchant_trade_no;
        let became = Box::pin(hear(&mut tx, number, &heard, "janitor")).await?;
        tx.commit().await?;
        tracing::debug!(contract = %contract.id, number = logged.charge.number, ?became, "a charge in the log");
    }
    Ok(())
}

/// Notes how the contract stands, and when it is asked about next.
async fn note_report(
    op: &Op,
    contract: &card_contract::Model,
    report: &ContractReport,
) -> Result<()> {
    let mut tx = op.begin().await?;
    tx.enter(contract.test_clock_id).await?;
    let row = contracts::query::lock(&tx, contract.id).await?;
    let now = tx.now();
    let next = match (row.status, report.state) {
        (CardContractStatus::Active, ContractState::Running) => {
            let due = row.next_charge_at.map(|due| due + schedule::NOTICE_TIME);
            due.filter(|due| *due > now).or(Some(now + WITHOUT_NEWS))
        }
        _ => None,
    };
    let changes = card_contract::ActiveModel {
        next_check_at: Set(next),
        checks: Set(0),
        last_error: Set(None),
        updated_at: Set(now),
        ..Default::default()
    };
    let ended = match (row.status, report.state) {
        (CardContractStatus::Active, ContractState::Stopped) => Some(CardContractStatus::Failed),
        (CardContractStatus::Active, ContractState::Complete) => Some(CardContractStatus::Ended),
        _ => None,
    };
    match ended {
        Some(to) => {
            let changes = card_contract::ActiveModel {
                next_charge_at: Set(None),
                ended_at: Set(Some(now)),
                ..changes
            };
            transition::advance(&mut tx, &row, to, "janitor", changes).await?;
        }
        None => write(&tx, &row, changes).await?,
    }
    tx.commit().await
}

async fn ask_again(
    op: &Op,
    contract: &card_contract::Model,
    at: chrono::DateTime<chrono::Utc>,
) -> Result<()> {
    let tx = op.begin().await?;
    let changes = card_contract::ActiveModel {
        next_check_at: Set(Some(at)),
        ..Default::default()
    };
    write(&tx, contract, changes).await?;
    tx.commit().await
}

pub(super) async fn write(
    tx: &Tx,
    contract: &card_contract::Model,
    changes: card_contract::ActiveModel,
) -> Result<()> {
    let row = card_contract::ActiveModel {
        id: Set(contract.id),
        ..changes
    };
    card_contract::Entity::update(row).exec(tx.db()).await?;
    Ok(())
}

/// Has up to `most` charges that failed tried again: once for each reminder that their owner got, and not while it is
/// unknown what came of the last time. How many it were.
///
/// # Errors
/// The database does not answer.
pub async fn retry_charges(op: &Op, most: u64) -> Result<u64> {
    let due = card_contract::Entity::find()
        .find_also_related(subscription::Entity)
        .filter(card_contract::Column::Status.eq(CardContractStatus::Active))
        .filter(card_contract::Column::Failures.gt(0))
        .filter(last_retry_is_known())
        .filter(op.timeline().rows(card_contract::Column::TestClockId))
        .filter(subscription::Column::Status.eq(SubscriptionStatus::PastDue))
        .filter(
            Expr::col((subscription::Entity, subscription::Column::DunningStep)).gt(Expr::col((
                card_contract::Entity,
                card_contract::Column::Retries,
            ))),
        )
        .limit(most)
        .all(op.reader())
        .await?;
    let mut tried = 0;
    for (contract, subscription) in due {
        let rung = subscription.map_or(0, |row| row.dunning_step);
        if claim_retry(op, &contract, rung).await? {
            tried += 1;
            retry(op, &contract).await?;
        }
    }
    Ok(tried)
}

fn last_retry_is_known() -> Condition {
    Condition::any()
        .add(card_contract::Column::LastError.is_null())
        .add(card_contract::Column::LastError.ne(RETRY_UNKNOWN))
}

/// Takes the rung for this one alone, before the gateway hears of it: a charge is never tried twice for one reminder.
/// What comes of it is unknown from here on, also when this process dies before it hears an answer.
async fn claim_retry(op: &Op, contract: &card_contract::Model, rung: i32) -> Result<bool> {
    let tx = op.begin().await?;
    let claimed = card_contract::Entity::update_many()
        .col_expr(card_contract::Column::Retries, Expr::value(rung))
        .col_expr(card_contract::Column::LastError, Expr::value(RETRY_UNKNOWN))
        .filter(card_contract::Column::Id.eq(contract.id))
        .filter(card_contract::Column::Retries.eq(contract.retries))
        .filter(last_retry_is_known())
        .exec(tx.db())
        .await?;
    tx.commit().await?;
    Ok(claimed.rows_affected == 1)
}

/// What comes of it is told by a notice, or by the answer to the question that is asked soon after.
async fn retry(op: &Op, contract: &card_contract::Model) -> Result<()> {
    let gateway = &op.app().gateway;
    let (number, now) = (&contract.merchant_trade_no, op.app().clock.now());
    let mut changes = card_contract::ActiveModel {
        next_check_at: Set(Some(op.now() + schedule::AFTER_FAILURE)),
        ..Default::default()
    };
    match gateway.retry_contract(number, now).await {
        Ok(ContractAnswer::Done) => {}
        Ok(ContractAnswer::Refused { code }) => {
            tracing::warn!(contract = %contract.id, code, "the gateway does not try a charge again");
            changes.last_error = Set(None);
        }
        Err(silence) => {
            tracing::warn!(contract = %contract.id, %silence, "it is not known whether a charge was tried again");
        }
    }
    let tx = op.begin().await?;
    write(&tx, contract, changes).await?;
    tx.commit().await
}
