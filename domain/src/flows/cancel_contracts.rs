//! A job: contracts that have nothing to pay for any more are ended at the gateway, and asked for until it is certain.
//! Until then money may still come; it is kept as late.

use entity::{
    payments::{CardContractStatus, card_contract},
    subscriptions::{SubscriptionStatus, subscription},
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

use crate::{
    base::{Op, Result, transition},
    payments::{contracts, contracts::schedule, schedule::after_silence},
    ports::{ContractAnswer, ContractState},
    subscriptions,
};

use super::ask_contracts::{claim, hear_log, write};

/// Ends up to `most` contracts at the gateway; how many were dealt with.
///
/// # Errors
/// The database does not answer.
pub async fn cancel_contracts(op: &Op, most: u64) -> Result<u64> {
    request_ends(op, most).await?;
    let due = card_contract::Entity::find()
        .filter(card_contract::Column::Status.eq(CardContractStatus::CancelRequested))
        .filter(card_contract::Column::NextCheckAt.lte(op.now()))
        .filter(op.timeline().rows(card_contract::Column::TestClockId))
        .order_by_asc(card_contract::Column::NextCheckAt)
        .limit(most)
        .all(op.reader())
        .await?;
    let mut handled = 0;
    for contract in due {
        if !claim(op, &contract).await? {
            continue;
        }
        handled += 1;
        if let Err(error) = cancel(op, &contract).await {
            tracing::error!(contract = %contract.id, error = ?error, "a contract could not be ended");
        }
    }
    Ok(handled)
}

/// What no charge of a contract can pay for: a subscription that has ended, rests, does not go on, or is about to
/// cost something else. A gateway cannot pause a contract or change its amount.
fn has_no_use_for_contract() -> Condition {
    use subscription::Column;
    let over = [
        SubscriptionStatus::Cancelled,
        SubscriptionStatus::Expired,
        SubscriptionStatus::Paused,
    ];
    Condition::any()
        .add(Column::Status.is_in(over))
        .add(Column::AutoRenew.eq(false))
        .add(Column::CancelAtPeriodEnd.eq(true))
        .add(Column::NextPlanVersionId.is_not_null())
}

fn ends_contract(row: &subscription::Model) -> bool {
    matches!(
        row.status,
        SubscriptionStatus::Cancelled | SubscriptionStatus::Expired | SubscriptionStatus::Paused
    ) || !row.auto_renew
        || row.cancel_at_period_end
        || row.next_plan_version_id.is_some()
}

/// Marks the contracts that are to end. However their subscription came to stop, it is seen here.
async fn request_ends(op: &Op, most: u64) -> Result<()> {
    let useless = card_contract::Entity::find()
        .inner_join(subscription::Entity)
        .filter(card_contract::Column::Status.eq(CardContractStatus::Active))
        .filter(op.timeline().rows(card_contract::Column::TestClockId))
        .filter(has_no_use_for_contract())
        .limit(most)
        .all(op.reader())
        .await?;
    for contract in useless {
        let mut tx = op.begin().await?;
        let row = subscriptions::query::lock(&mut tx, contract.subscription_id).await?;
        let contract = contracts::query::lock(&tx, contract.id).await?;
        // Looked at again under the lock: it may go on after all.
        if contract.status == CardContractStatus::Active && ends_contract(&row) {
            let changes = card_contract::ActiveModel {
                next_charge_at: Set(None),
                next_check_at: Set(Some(tx.now())),
                checks: Set(0),
                updated_at: Set(tx.now()),
                ..Default::default()
            };
            let to = CardContractStatus::CancelRequested;
            transition::advance(&mut tx, &contract, to, "subscription_stopped", changes).await?;
            tx.commit().await?;
        }
    }
    Ok(())
}

async fn cancel(op: &Op, contract: &card_contract::Model) -> Result<()> {
    let gateway = &op.app().gateway;
    let (number, now) = (&contract.merchant_trade_no, op.app().clock.now());
    let doubt = match gateway.cancel_contract(number, now).await {
        Ok(ContractAnswer::Done) => return note_end(op, contract).await,
        Ok(ContractAnswer::Refused { code }) => code,
        Err(silence) => {
            tracing::warn!(contract = %contract.id, %silence, "it is not known whether a contract was ended");
            "no_answer".to_owned()
        }
    };
    // It may have ended before, by our own word that was not heard back or by the gateway's.
    if let Ok(report) = gateway.query_contract(number, now).await {
        hear_log(op, contract, &report).await?;
        if report.state != ContractState::Running {
            return note_end(op, contract).await;
        }
    }
    let tx = op.begin().await?;
    let changes = card_contract::ActiveModel {
        last_error: Set(Some(doubt)),
        next_check_at: Set(Some(after_silence(contract.checks, tx.now()))),
        ..Default::default()
    };
    write(&tx, contract, changes).await?;
    tx.commit().await
}

/// The gateway has ended it. It is asked about once more later: a charge may have crossed with the end.
async fn note_end(op: &Op, contract: &card_contract::Model) -> Result<()> {
    let mut tx = op.begin().await?;
    tx.enter(contract.test_clock_id).await?;
    let row = contracts::query::lock(&tx, contract.id).await?;
    let changes = card_contract::ActiveModel {
        last_error: Set(None),
        next_check_at: Set(Some(tx.now() + schedule::LAST_LOOK)),
        checks: Set(0),
        ended_at: Set(Some(tx.now())),
        updated_at: Set(tx.now()),
        ..Default::default()
    };
    let to = CardContractStatus::Cancelled;
    transition::advance(&mut tx, &row, to, "cancel_contracts", changes).await?;
    tx.commit().await
}
