//! A move of a state.

use sea_orm::entity::prelude::*;

/// A move of a state. Versions of one thing run 1, 2, 3 …: the first is its making.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "transitions")]
pub struct Model {
    /// Of which thing: its public id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub subject: String,
    /// The version that the move led to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub version: i64,
    /// The status before; `None` when it was made.
    pub from_status: Option<String>,
    /// The status after.
    pub to_status: String,
    /// Why: the use case or the notice.
    pub cause: String,
    /// Who, as in the audit trail.
    pub actor: String,
    /// When.
    pub at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
