//! By which test clock a delivery's person lives, so that it goes out when the clock walks by.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

const INDEX: &str = "outbox_test_clock_id_idx";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .alter_table(
                Table::alter()
                    .table("outbox")
                    .add_column(uuid_null("test_clock_id"))
                    .to_owned(),
            )
            .await?;
        let index = Index::create()
            .name(INDEX)
            .table("outbox")
            .col("test_clock_id")
            .to_owned();
        manager.create_index(index).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_index(Index::drop().name(INDEX).table("outbox").to_owned())
            .await?;
        manager
            .alter_table(
                Table::alter()
                    .table("outbox")
                    .drop_column("test_clock_id")
                    .to_owned(),
            )
            .await
    }
}
