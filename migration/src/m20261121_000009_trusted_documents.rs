//! Documents that clients may send by their id.

use sea_orm_migration::{prelude::*, schema::*};

use crate::constraints::{create_indexes, index, reference_to};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(trusted_documents()).await?;
        manager.create_table(trusted_document_ids()).await?;
        create_indexes(manager, [index("trusted_document_ids", &["sha256"])]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["trusted_document_ids", "trusted_documents"] {
            manager
                .drop_table(Table::drop().table(table).to_owned())
                .await?;
        }
        Ok(())
    }
}

/// The documents; the primary key keeps each text once.
fn trusted_documents() -> TableCreateStatement {
    Table::create()
        .table("trusted_documents")
        .col(text("sha256").primary_key())
        .col(text("name"))
        .col(text("text"))
        .col(timestamp_with_time_zone("imported_at"))
        .to_owned()
}

/// What clients call them; the primary key lets an id mean one document for ever.
fn trusted_document_ids() -> TableCreateStatement {
    Table::create()
        .table("trusted_document_ids")
        .col(text("id").primary_key())
        .col(text("sha256"))
        .col(timestamp_with_time_zone("imported_at"))
        .foreign_key(&mut reference_to(
            "trusted_document_ids",
            "sha256",
            ("trusted_documents", "sha256"),
        ))
        .to_owned()
}
