//! Bringing a dead letter back.

use entity::{
    id::DeliveryId,
    notify::{DeliveryState, delivery},
};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use crate::base::{Access, Code, Error, Op, Result};

use super::events::DeliveryRetried;

/// Queues a dead letter again, with all its attempts before it. One that is queued already stays as it is.
///
/// # Errors
/// Whoever is not staff; no such delivery; one that was delivered or skipped.
pub async fn retry_delivery(op: &Op, id: DeliveryId) -> Result<delivery::Model> {
    op.require(Access::Staff)?;
    let mut tx = op.begin().await?;
    let found = delivery::Entity::find_by_id(id)
        .lock_exclusive()
        .one(tx.db())
        .await?
        .ok_or(Error::NotFound("delivery"))?;
    match found.state {
        DeliveryState::Dead => {}
        DeliveryState::Queued => {
            // Ended here and not by the drop, which ends it some time later: a worker passes by rows that are locked.
            tx.commit().await?;
            return Ok(found);
        }
        DeliveryState::Done | DeliveryState::Skipped => {
            return Err(Error::refused(
                Code::InvalidState,
                "This delivery is over; only a dead one can be tried again.",
            ));
        }
    }
    let row = delivery::ActiveModel {
        state: Set(DeliveryState::Queued),
        attempt: Set(0),
        next_at: Set(tx.now()),
        finished_at: Set(None),
        ..Default::default()
    };
    delivery::Entity::update_many()
        .set(row)
        .filter(delivery::Column::Id.eq(id))
        .exec(tx.db())
        .await?;
    tx.record(DeliveryRetried { delivery_id: id })?;
    let now = delivery::Entity::find_by_id(id)
        .one(tx.db())
        .await?
        .ok_or(Error::NotFound("delivery"))?;
    tx.commit().await?;
    Ok(now)
}
