//! A key that a client sent so that a repeat does nothing.

use sea_orm::entity::prelude::*;

/// A key that a client sent so that a repeat does nothing. Written in the transaction whose effect it guards.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "idempotency_keys")]
pub struct Model {
    /// Whose key and for what: user id and operation.
    #[sea_orm(primary_key, auto_increment = false)]
    pub scope: String,
    /// The client's key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    /// SHA-256 of the input, in hex.
    pub fingerprint: String,
    /// The public id of what was made.
    pub result: String,
    /// When.
    pub created_at: DateTimeUtc,
    /// When the row may be removed.
    pub expires_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
