//! When backups were written, so that one that is missing can be seen.

use sea_orm_migration::{prelude::*, schema::*};

use crate::constraints::not_negative;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("backups")
            .col(timestamp_with_time_zone("taken_at").primary_key())
            .col(big_integer("bytes"))
            .check(not_negative("backups", "bytes"))
            .to_owned();
        manager.create_table(table).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("backups").to_owned())
            .await
    }
}
