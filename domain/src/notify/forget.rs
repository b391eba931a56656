//! A job: throws away what was delivered long ago.

use chrono::Duration;
use entity::{
    id::DeliveryId,
    notify::{DeliveryState, delivery},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use crate::base::{Op, Result};

/// How long it is kept for whoever asks whether a mail went out.
const KEPT: Duration = Duration::days(90);
/// How many rows go in one transaction: others write meanwhile.
const BATCH: u64 = 500;

/// Deletes deliveries that were done or skipped more than 90 days ago; how many. Dead letters stay until a person
/// has seen to them. Safe to run twice and at the same time.
///
/// # Errors
/// The database does not answer. Batches done before stay done.
pub async fn forget_delivered(op: &Op) -> Result<u64> {
    let mut deleted = 0;
    loop {
        let tx = op.begin().await?;
        let over: Vec<DeliveryId> = delivery::Entity::find()
            .filter(delivery::Column::State.is_in([DeliveryState::Done, DeliveryState::Skipped]))
            .filter(delivery::Column::FinishedAt.lt(tx.now() - KEPT))
            .select_only()
            .column(delivery::Column::Id)
            .limit(BATCH)
            .into_tuple()
            .all(tx.db())
            .await?;
        if over.is_empty() {
            return Ok(deleted);
        }
        let gone = delivery::Entity::delete_many()
            .filter(delivery::Column::Id.is_in(over))
            .exec(tx.db())
            .await?;
        tx.commit().await?;
        deleted += gone.rows_affected;
    }
}
