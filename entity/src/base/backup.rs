//! A backup that was written.

use sea_orm::entity::prelude::*;

/// A backup that was written, of everything that was there at this instant. It does not hold its own row.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "backups")]
pub struct Model {
    /// When it was begun: nothing that was written before is missing from it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub taken_at: DateTimeUtc,
    /// How large it is.
    pub bytes: i64,
}

impl ActiveModelBehavior for ActiveModel {}
