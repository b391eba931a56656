//! A step of settlement: what became of the attempt that a contract begins with becomes of the contract.

use chrono::{DateTime, Utc};
use entity::payments::{CardContractStatus, PaymentMethod, card_contract, payment};
use sea_orm::ActiveValue::Set;

use crate::{
    base::{Result, Tx, transition},
    payments::decide::Decision,
};

use super::{open::terms, query, schedule};

/// Has the contract of an attempt, if it has one, follow what was decided about the attempt. Money that the order
/// could not take has begun a contract too: that one is to be ended, or the card would be charged again.
///
/// # Errors
/// The database does not answer.
pub async fn follow(
    tx: &mut Tx,
    payment: &payment::Model,
    decision: &Decision,
    paid_at: Option<DateTime<Utc>>,
    cause: &str,
) -> Result<()> {
    if payment.method != PaymentMethod::CreditCardPeriodic {
        return Ok(());
    }
    let Some(contract) = query::of_payment(tx.db(), payment.id).await? else {
        return Ok(());
    };
    let contract = query::lock(tx, contract.id).await?;
    let started_at = paid_at.unwrap_or(tx.now());
    match decision {
        Decision::Settle | Decision::Reopen => {
            let changes = started(tx, &contract, started_at);
            transition::advance(tx, &contract, CardContractStatus::Active, cause, changes).await?;
        }
        Decision::KeepAsLate => {
            let mut changes = started(tx, &contract, started_at);
            changes.next_check_at = Set(Some(tx.now()));
            let to = CardContractStatus::CancelRequested;
            transition::advance(tx, &contract, to, cause, changes).await?;
        }
        Decision::Fail { .. } => fail(tx, &contract, cause).await?,
        Decision::AwaitCode(_)
        | Decision::Review(_)
        | Decision::Quarantine(_)
        | Decision::Nothing(_) => {}
    }
    Ok(())
}

/// The attempt ended without money, as far as anybody knows, and its contract with it.
///
/// # Errors
/// The database does not answer.
pub async fn attempt_ended(tx: &mut Tx, payment: &payment::Model, cause: &str) -> Result<()> {
    if payment.method != PaymentMethod::CreditCardPeriodic {
        return Ok(());
    }
    match query::of_payment(tx.db(), payment.id).await? {
        Some(contract) => fail(tx, &contract, cause).await,
        None => Ok(()),
    }
}

async fn fail(tx: &mut Tx, contract: &card_contract::Model, cause: &str) -> Result<()> {
    if contract.status == CardContractStatus::Pending {
        let changes = card_contract::ActiveModel {
            ended_at: Set(Some(tx.now())),
            updated_at: Set(tx.now()),
            ..Default::default()
        };
        transition::advance(tx, contract, CardContractStatus::Failed, cause, changes).await?;
    }
    Ok(())
}

fn started(
    tx: &Tx,
    contract: &card_contract::Model,
    started_at: DateTime<Utc>,
) -> card_contract::ActiveModel {
    let terms = terms(contract);
    let next = schedule::next_charge(started_at, terms.unit, terms.every, started_at);
    card_contract::ActiveModel {
        charges: Set(1),
        started_at: Set(Some(started_at)),
        next_charge_at: Set(next),
        next_check_at: Set(next.map(|next| next + schedule::NOTICE_TIME)),
        ended_at: Set(None),
        updated_at: Set(tx.now()),
        ..Default::default()
    }
}
