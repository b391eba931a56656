//! A statement that was read.

use sea_orm::entity::prelude::*;

use crate::id::{StatementImportId, UserId};

/// A statement that was read. The same bytes are read once.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "statement_imports")]
pub struct Model {
    /// The id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: StatementImportId,
    /// Which gateway's.
    pub gateway: String,
    /// What the file was called.
    pub file_name: String,
    /// SHA-256 of its bytes, in hexadecimal; unique for the gateway.
    pub file_hash: String,
    /// How many payments and refunds it tells of.
    pub line_count: i32,
    /// Who brought it; `None` when it was the command line.
    pub imported_by: Option<UserId>,
    /// When.
    pub imported_at: DateTimeUtc,
    /// When its last line was taken in; `None` while that has not happened.
    pub finished_at: Option<DateTimeUtc>,
    /// Who brought it.
    #[sea_orm(belongs_to, from = "imported_by", to = "id")]
    pub user: BelongsTo<Option<crate::users::user::Entity>>,
}

impl ActiveModelBehavior for ActiveModel {}
