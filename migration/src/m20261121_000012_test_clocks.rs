//! Clocks that can be moved, and the rows that live by one.

use sea_orm_migration::{prelude::*, schema::*};

use crate::constraints::{create_indexes, index};

/// The tables whose rows live by a clock.
const LIVING: [&str; 4] = ["users", "subscriptions", "orders", "payments"];

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(test_clocks()).await?;
        for table in LIVING {
            let alter = Table::alter()
                .table(table)
                .add_column(uuid_null("test_clock_id"))
                .to_owned();
            manager.alter_table(alter).await?;
        }
        create_indexes(
            manager,
            [
                index("users", &["test_clock_id"]),
                index("subscriptions", &["test_clock_id"]),
                index("orders", &["test_clock_id"]),
                index("payments", &["test_clock_id"]),
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in LIVING {
            let index = Index::drop()
                .name(format!("{table}_test_clock_id_idx"))
                .table(table)
                .to_owned();
            manager.drop_index(index).await?;
            let alter = Table::alter()
                .table(table)
                .drop_column("test_clock_id")
                .to_owned();
            manager.alter_table(alter).await?;
        }
        manager
            .drop_table(Table::drop().table("test_clocks").to_owned())
            .await
    }
}

/// Clocks.
fn test_clocks() -> TableCreateStatement {
    Table::create()
        .table("test_clocks")
        .col(pk_uuid("id"))
        .col(text("name"))
        .col(timestamp_with_time_zone("shows"))
        .col(timestamp_with_time_zone_null("moving_to"))
        .col(timestamp_with_time_zone("created_at"))
        .to_owned()
}
