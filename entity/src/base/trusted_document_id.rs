//! What clients call a trusted document.

use sea_orm::entity::prelude::*;

/// What clients call a trusted document: its hash, and whatever else a tool made up for it.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "trusted_document_ids")]
pub struct Model {
    /// What clients send.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Which document.
    pub sha256: String,
    /// When the id was imported.
    pub imported_at: DateTimeUtc,
    /// The document.
    #[sea_orm(belongs_to, from = "sha256", to = "sha256")]
    pub document: BelongsTo<super::trusted_document::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
