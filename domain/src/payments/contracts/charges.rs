//! Steps: a later charge of a contract is written down, with an attempt of its own.

use chrono::{DateTime, Utc};
use entity::{
    id::{CardChargeId, PaymentId},
    orders::order,
    payments::{PaymentMethod, PaymentStatus, card_charge, card_contract, payment},
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter,
};

use crate::{
    base::{Error, Result, Tx, transition},
    payments::events::PaymentOpened,
    ports::Charge,
};

use super::{open::terms, schedule};

/// Our number for the attempt that a charge is. It holds a hyphen, so that no number sent to a gateway is ever
/// equal to it, and it is never sent.
#[must_use]
pub fn charge_trade_no(
    contract: &card_contract::Model,
    charge: &Charge,
    succeeded: bool,
) -> String {
    let (contract, number) = (&contract.merchant_trade_no, charge.number);
    if succeeded {
        format!("{contract}-{number}")
    } else {
        // One charge may fail more than once; each try has its own second.
        format!("{contract}-{number}-{}", charge.at.timestamp())
    }
}

/// Writes a charge as an attempt to pay an order that the caller holds locked. The gateway is never asked about
/// it as a trade: it is not one.
///
/// # Errors
/// The charge was written down before: a unique key says so.
pub async fn open(
    tx: &mut Tx,
    order: &order::Model,
    contract: &card_contract::Model,
    charge: &Charge,
    succeeded: bool,
) -> Result<payment::Model> {
    let now = tx.now();
    let before = payment::Entity::find()
        .filter(payment::Column::OrderId.eq(order.id))
        .count(tx.db())
        .await?;
    let row = payment::ActiveModel {
        id: Set(tx.op().new_id::<PaymentId>()),
        order_id: Set(order.id),
        attempt: Set(i32::try_from(before + 1).map_err(Error::internal)?),
        gateway: Set(tx.op().app().gateway.name().to_owned()),
        method: Set(PaymentMethod::CreditCardPeriodic),
        status: Set(PaymentStatus::Pending),
        amount_minor: Set(order.total_minor),
        currency: Set(order.currency),
        merchant_trade_no: Set(charge_trade_no(contract, charge, succeeded)),
        created_at: Set(now),
        expires_at: Set(now),
        next_check_at: Set(None),
        checks: Set(0),
        test_clock_id: Set(order.test_clock_id),
        version: Set(1),
        updated_at: Set(now),
        ..Default::default()
    }
    .insert(tx.db())
    .await?;
    transition::begin(tx, &row, "card_contract").await?;
    tx.record(PaymentOpened {
        payment_id: row.id,
        order_id: row.order_id,
        method: row.method,
        amount: row.amount(),
        merchant_trade_no: row.merchant_trade_no.clone(),
    })?;
    Ok(row)
}

/// Writes down what became of a charge, on the contract too.
///
/// # Errors
/// The charge was written down before: a unique key says so.
pub async fn note(
    tx: &Tx,
    contract: &card_contract::Model,
    charge: &Charge,
    payment_id: PaymentId,
    succeeded: bool,
) -> Result<()> {
    let number = i32::try_from(charge.number).map_err(Error::internal)?;
    card_charge::ActiveModel {
        id: Set(tx.op().new_id::<CardChargeId>()),
        contract_id: Set(contract.id),
        number: Set(number),
        gateway_charge_no: Set(charge.gateway_charge_no.clone()),
        succeeded: Set(succeeded),
        charged_at: Set(charge.at),
        payment_id: Set(payment_id),
        heard_at: Set(tx.now()),
    }
    .insert(tx.db())
    .await?;
    let next = next_charge(contract, charge.at);
    let mut changes = card_contract::ActiveModel {
        id: Set(contract.id),
        updated_at: Set(tx.now()),
        ..Default::default()
    };
    if succeeded {
        changes.charges = Set(number.max(contract.charges));
        changes.failures = Set(0);
        changes.retries = Set(0);
    } else {
        changes.failures = Set(contract.failures + 1);
    }
    if contract.status == entity::payments::CardContractStatus::Active {
        changes.checks = Set(0);
        changes.last_error = Set(None);
        changes.next_charge_at = Set(next);
        changes.next_check_at = Set(if succeeded {
            next.map(|next| next + schedule::NOTICE_TIME)
        } else {
            Some(tx.now() + schedule::AFTER_FAILURE)
        });
    }
    card_contract::Entity::update(changes).exec(tx.db()).await?;
    Ok(())
}

/// When the gateway is expected to charge after a charge at `at`; `None` after the last one.
#[must_use]
pub fn next_charge(contract: &card_contract::Model, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let terms = terms(contract);
    schedule::next_charge(contract.started_at?, terms.unit, terms.every, at)
}
