//! Steps: a subscription changes without moving, and the clockwork is told when to look at it next.

use entity::subscriptions::subscription;
use sea_orm::{ActiveValue::Set, EntityTrait};

use crate::base::{Result, Tx};

use super::{calendar, query};

/// Writes `changes` to a subscription that the caller holds locked and that does not move.
///
/// # Errors
/// The database does not answer.
pub async fn change(
    tx: &Tx,
    row: &subscription::Model,
    changes: subscription::ActiveModel,
) -> Result<subscription::Model> {
    let changes = subscription::ActiveModel {
        id: Set(row.id),
        updated_at: Set(tx.now()),
        ..changes
    };
    Ok(subscription::Entity::update(changes).exec(tx.db()).await?)
}

/// Notes when the clockwork is to look at it next. Called at the end of every change of a subscription.
///
/// # Errors
/// The database does not answer.
pub async fn reschedule(tx: &Tx, row: subscription::Model) -> Result<subscription::Model> {
    let renewal = query::next_renewal(tx.db(), &row).await?;
    let next = calendar::upcoming(&row, renewal.as_ref(), &tx.op().app().policy);
    let due_at = next.map(|(at, _)| at);
    if row.due_at == due_at && row.failures == 0 {
        return Ok(row);
    }
    let changes = subscription::ActiveModel {
        due_at: Set(due_at),
        failures: Set(0),
        last_error: Set(None),
        ..Default::default()
    };
    change(tx, &row, changes).await
}
