//! A step: a contract is offered with an attempt, and waits for the attempt's money.

use entity::{
    id::{CardContractId, SubscriptionId},
    payments::{CardContractStatus, card_contract, payment},
};
use sea_orm::{ActiveModelTrait, ActiveValue::Set};

use crate::{
    base::{Error, Result, Tx, transition},
    payments::events::CardContractOpened,
    ports::Periodic,
};

/// Writes the contract that the attempt's form is about to offer.
///
/// # Errors
/// The attempt has one already, which is a defect.
pub async fn open(
    tx: &mut Tx,
    payment: &payment::Model,
    subscription_id: SubscriptionId,
    terms: Periodic,
) -> Result<card_contract::Model> {
    let now = tx.now();
    let count = |count: u32| i32::try_from(count).map_err(Error::internal);
    let row = card_contract::ActiveModel {
        id: Set(tx.op().new_id::<CardContractId>()),
        subscription_id: Set(subscription_id),
        payment_id: Set(payment.id),
        merchant_trade_no: Set(payment.merchant_trade_no.clone()),
        status: Set(CardContractStatus::Pending),
        period_unit: Set(terms.unit),
        period_every: Set(count(terms.every)?),
        most_charges: Set(count(terms.times)?),
        amount_minor: Set(payment.amount_minor),
        currency: Set(payment.currency),
        charges: Set(0),
        failures: Set(0),
        started_at: Set(None),
        next_charge_at: Set(None),
        next_check_at: Set(None),
        checks: Set(0),
        retries: Set(0),
        last_error: Set(None),
        ended_at: Set(None),
        test_clock_id: Set(payment.test_clock_id),
        version: Set(1),
        created_at: Set(now),
        updated_at: Set(now),
    }
    .insert(tx.db())
    .await?;
    transition::begin(tx, &row, "begin_payment").await?;
    tx.record(CardContractOpened {
        contract_id: row.id,
        subscription_id,
        payment_id: payment.id,
        amount: row.amount(),
        merchant_trade_no: row.merchant_trade_no.clone(),
    })?;
    Ok(row)
}

/// The terms as they were agreed on.
#[must_use]
pub fn terms(contract: &card_contract::Model) -> Periodic {
    Periodic {
        unit: contract.period_unit,
        every: u32::try_from(contract.period_every).unwrap_or(1),
        times: u32::try_from(contract.most_charges).unwrap_or(1),
    }
}
