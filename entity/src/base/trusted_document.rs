//! A document that clients may send by its id.

use sea_orm::entity::prelude::*;

/// A document that clients may send by its id. It was imported, and belongs to nobody.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "trusted_documents")]
pub struct Model {
    /// SHA-256 of the text, in hex.
    #[sea_orm(primary_key, auto_increment = false)]
    pub sha256: String,
    /// The names of its operations, for people.
    pub name: String,
    /// The document.
    pub text: String,
    /// When it was imported first.
    pub imported_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
