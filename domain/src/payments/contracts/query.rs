//! Reading contracts.

use std::collections::HashMap;

use entity::{
    id::{CardContractId, PaymentId, SubscriptionId},
    payments::{card_charge, card_contract},
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::base::{Error, Op, Result, Tx};

/// The contract that this attempt began, if it began one.
///
/// # Errors
/// The database does not answer.
pub async fn of_payment(
    db: &impl ConnectionTrait,
    id: PaymentId,
) -> Result<Option<card_contract::Model>> {
    Ok(card_contract::Entity::find()
        .filter(card_contract::Column::PaymentId.eq(id))
        .one(db)
        .await?)
}

/// The contract with this number at the gateway, unlocked.
///
/// # Errors
/// The database does not answer.
pub async fn find_by_trade_no(
    tx: &Tx,
    merchant_trade_no: &str,
) -> Result<Option<card_contract::Model>> {
    Ok(card_contract::Entity::find()
        .filter(card_contract::Column::MerchantTradeNo.eq(merchant_trade_no))
        .one(tx.db())
        .await?)
}

/// The contract, locked until the transaction ends. Lock its order, attempt and subscription first.
///
/// # Errors
/// [`Error::NotFound`] when it does not exist.
pub async fn lock(tx: &Tx, id: CardContractId) -> Result<card_contract::Model> {
    card_contract::Entity::find_by_id(id)
        .lock_exclusive()
        .one(tx.db())
        .await?
        .ok_or(Error::NotFound("card contract"))
}

/// The contract that pays, or paid last, for each of these subscriptions. The subscriptions were read through
/// their own `visible_to`. One whose first charge never came is not among them.
///
/// # Errors
/// The database does not answer.
pub async fn of_subscriptions(
    op: &Op,
    ids: &[SubscriptionId],
) -> Result<HashMap<SubscriptionId, card_contract::Model>> {
    let rows = card_contract::Entity::find()
        .filter(card_contract::Column::SubscriptionId.is_in(ids.iter().copied()))
        .filter(card_contract::Column::StartedAt.is_not_null())
        .order_by_asc(card_contract::Column::StartedAt)
        .all(op.reader())
        .await?;
    let mut contracts = HashMap::new();
    for row in rows {
        // A contract that was begun besides the one that pays does not hide it.
        let pays =
            |row: &card_contract::Model| row.status == entity::payments::CardContractStatus::Active;
        let hides = contracts.get(&row.subscription_id).is_some_and(pays);
        if !hides {
            contracts.insert(row.subscription_id, row);
        }
    }
    Ok(contracts)
}

/// What is known of this charge of a contract: the success, and each failure to be it.
///
/// # Errors
/// The database does not answer.
pub async fn charges_numbered(
    tx: &Tx,
    id: CardContractId,
    number: i32,
) -> Result<Vec<card_charge::Model>> {
    Ok(card_charge::Entity::find()
        .filter(card_charge::Column::ContractId.eq(id))
        .filter(card_charge::Column::Number.eq(number))
        .all(tx.db())
        .await?)
}
