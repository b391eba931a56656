//! A job: notices that were stored but could not be applied are tried again.

use entity::{
    id::NoticeId,
    payments::{NoticeState, notice},
};
use sea_orm::{EntityTrait, QuerySelect};

use crate::{
    base::{Error, Op, Result},
    payments::inbox,
    ports::Notice,
};

use super::receive_notice::apply;

/// Tries up to `most` waiting notices, each in its own transaction; how many were applied. `read` turns the
/// stored fields into a notice again, as the gateway's adapter did when they came.
///
/// # Errors
/// The database does not answer.
pub async fn apply_notices(
    op: &Op,
    most: u64,
    read: impl Fn(&notice::Model) -> Option<Notice>,
) -> Result<u64> {
    let mut applied = 0;
    for stored in inbox::waiting(op, most).await? {
        let Some(notice) = read(&stored) else {
            tracing::error!(notice = %stored.id, "a stored notice cannot be read any more");
            continue;
        };
        match try_once(op, stored.id, &notice).await {
            Ok(()) => applied += 1,
            Err(error) => {
                tracing::error!(notice = %stored.id, error = ?error, "a stored notice could not be applied");
                let mut tx = op.begin().await?;
                inbox::note_failure(&mut tx, stored.id, &error).await?;
                tx.commit().await?;
            }
        }
    }
    Ok(applied)
}

async fn try_once(op: &Op, id: NoticeId, notice: &Notice) -> Result<()> {
    let mut tx = op.begin().await?;
    let stored = notice::Entity::find_by_id(id)
        .lock_exclusive()
        .one(tx.db())
        .await?
        .ok_or(Error::NotFound("notice"))?;
    if stored.state == NoticeState::Received {
        apply(&mut tx, &stored, notice).await?;
        tx.commit().await?;
    }
    Ok(())
}
