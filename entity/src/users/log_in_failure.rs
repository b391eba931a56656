//! A failed log-in.

use sea_orm::entity::prelude::*;

/// A failed log-in, kept for as long as it counts against the next one.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "log_in_failures")]
pub struct Model {
    /// A running number.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// SHA-256 of the folded name or address that was tried, in hex: also counted when no such account exists.
    pub account_key: String,
    /// Where it came from.
    pub address: String,
    /// When.
    pub failed_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
