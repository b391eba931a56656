//! The worker: it takes refunds that are due, each for itself alone, and goes on with them.

use chrono::{DateTime, Duration, Utc};
use entity::refunds::refund;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};

use crate::{
    base::{Op, Result, timeline::Timeline},
    refunds,
};

use super::beat::{self, Beat};

/// How long one worker has for itself before another may go on with the same refund. Longer than a question and
/// an instruction can take together.
pub(super) const LEASE: Duration = Duration::minutes(3);

/// How many things are asked and told in one go.
const MOST_BEATS: usize = 6;

/// Goes on with up to `most` refunds that are due; how many.
///
/// # Errors
/// The database does not answer.
pub async fn send_refunds(op: &Op, most: u64) -> Result<u64> {
    let mut handled = 0;
    for refund in refunds::query::due(op, most).await? {
        let Some(lease) = claim(op, &refund).await? else {
            continue;
        };
        handled += 1;
        if let Err(error) = go_on(op, &refund, lease).await {
            tracing::error!(refund = %refund.id, error = ?error, "a refund could not go on; it is tried again");
        }
    }
    Ok(handled)
}

/// Goes on with a refund that was just written down. What fails here, the clockwork tries again.
pub(super) async fn send_now(op: &Op, refund: &refund::Model) {
    if let Err(error) = try_now(op, refund).await {
        tracing::error!(refund = %refund.id, error = ?error, "a refund could not be sent at once");
    }
}

async fn try_now(op: &Op, refund: &refund::Model) -> Result<()> {
    let timeline = Timeline::of(op.reader(), refund.test_clock_id).await?;
    let op = op.on(timeline);
    match claim(&op, refund).await? {
        Some(lease) => go_on(&op, refund, lease).await,
        None => Ok(()),
    }
}

/// Takes the refund for this worker alone: whoever moves `next_check_at` first has it, until then.
async fn claim(op: &Op, refund: &refund::Model) -> Result<Option<DateTime<Utc>>> {
    let tx = op.begin().await?;
    let lease = tx.now() + LEASE;
    let changes = refund::ActiveModel {
        next_check_at: Set(Some(lease)),
        ..Default::default()
    };
    let claimed = refund::Entity::update_many()
        .set(changes)
        .filter(refund::Column::Id.eq(refund.id))
        .filter(refund::Column::NextCheckAt.eq(refund.next_check_at))
        .exec(tx.db())
        .await?;
    tx.commit().await?;
    Ok((claimed.rows_affected == 1).then_some(lease))
}

async fn go_on(op: &Op, refund: &refund::Model, lease: DateTime<Utc>) -> Result<()> {
    let mut lease = lease;
    for _ in 0..MOST_BEATS {
        match beat::beat(op, refund.id, lease).await? {
            Beat::Again(extended) => lease = extended,
            Beat::Rest => return Ok(()),
        }
    }
    tracing::warn!(refund = %refund.id, "a refund did not come to rest; it goes on after its lease");
    Ok(())
}
