//! When backups were written. Noted by the command that writes them, after it has; a restored database knows of those
//! before the one that it came from.

use chrono::{DateTime, Utc};
use entity::base::backup;
use sea_orm::{ActiveValue::Set, EntityTrait, QueryOrder, QuerySelect};

use super::{database::Database, error::Result};

/// Notes a backup of everything that was there at `taken_at`.
///
/// # Errors
/// The database does not answer, or is older than this program.
pub async fn note(database: &Database, taken_at: DateTime<Utc>, bytes: u64) -> Result<()> {
    let row = backup::ActiveModel {
        taken_at: Set(taken_at),
        bytes: Set(i64::try_from(bytes).unwrap_or(i64::MAX)),
    };
    backup::Entity::insert(row)
        .exec_without_returning(database.writer())
        .await?;
    Ok(())
}

/// When the newest backup was taken; `None` when none ever was.
///
/// # Errors
/// The database does not answer.
pub async fn last(database: &Database) -> Result<Option<DateTime<Utc>>> {
    let newest = backup::Entity::find()
        .select_only()
        .column(backup::Column::TakenAt)
        .order_by_desc(backup::Column::TakenAt)
        .into_tuple()
        .one(database.reader());
    Ok(newest.await?)
}
