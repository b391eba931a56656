//! A mail that somebody asked for.

use sea_orm::entity::prelude::*;

/// A mail that somebody asked for, kept for as long as it counts against the next one.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "mail_requests")]
pub struct Model {
    /// A running number.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// SHA-256 of the folded address and what for, in hex: also counted when no such account exists.
    pub address_key: String,
    /// When.
    pub asked_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
