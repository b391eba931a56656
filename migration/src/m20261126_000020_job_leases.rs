//! Runs of jobs are leased: until when, and under which number, so that another replica can take a run whose
//! owner died, and the owner that was only slow writes no more.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // A program of before writes neither: its runs have number 1, and no lease.
        for column in [
            big_integer("fence").default(1).take(),
            timestamp_with_time_zone_null("lease_until").take(),
        ] {
            let change = Table::alter()
                .table("job_runs")
                .add_column(column)
                .to_owned();
            manager.alter_table(change).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in ["lease_until", "fence"] {
            let change = Table::alter()
                .table("job_runs")
                .drop_column(column)
                .to_owned();
            manager.alter_table(change).await?;
        }
        Ok(())
    }
}
