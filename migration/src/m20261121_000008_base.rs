//! What every room shares: events, transitions, idempotency keys, job runs.

use sea_orm_migration::{prelude::*, schema::*};

use crate::{
    append_only,
    constraints::{create_indexes, index},
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(events()).await?;
        create_indexes(manager, [index("events", &["subject"])]).await?;
        append_only::guard(manager, "events").await?;
        manager.create_table(transitions()).await?;
        append_only::guard(manager, "transitions").await?;
        manager.create_table(idempotency_keys()).await?;
        create_indexes(manager, [index("idempotency_keys", &["expires_at"])]).await?;
        manager.create_table(job_runs()).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("job_runs").to_owned())
            .await?;
        manager
            .drop_table(Table::drop().table("idempotency_keys").to_owned())
            .await?;
        append_only::drop_guarded(manager, "transitions").await?;
        append_only::drop_guarded(manager, "events").await?;
        Ok(())
    }
}

/// Things that happened.
fn events() -> TableCreateStatement {
    Table::create()
        .table("events")
        .col(pk_uuid("id"))
        .col(text("kind"))
        .col(text("subject"))
        .col(json_binary("payload"))
        .col(text("request_id"))
        .col(timestamp_with_time_zone("occurred_at"))
        .to_owned()
}

/// Moves of states; the primary key lets one version be reached once.
fn transitions() -> TableCreateStatement {
    Table::create()
        .table("transitions")
        .col(text("subject"))
        .col(big_integer("version"))
        .col(text_null("from_status"))
        .col(text("to_status"))
        .col(text("cause"))
        .col(text("actor"))
        .col(timestamp_with_time_zone("at"))
        .primary_key(Index::create().col("subject").col("version"))
        .to_owned()
}

/// Keys that clients sent so that a repeat does nothing.
fn idempotency_keys() -> TableCreateStatement {
    Table::create()
        .table("idempotency_keys")
        .col(text("scope"))
        .col(text("key"))
        .col(text("fingerprint"))
        .col(text("result"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("expires_at"))
        .primary_key(Index::create().col("scope").col("key"))
        .to_owned()
}

/// Runs of scheduled jobs; the primary key lets one replica alone do a slot.
fn job_runs() -> TableCreateStatement {
    Table::create()
        .table("job_runs")
        .col(text("job"))
        .col(timestamp_with_time_zone("slot_at"))
        .col(timestamp_with_time_zone("started_at"))
        .col(timestamp_with_time_zone_null("finished_at"))
        .col(big_integer("handled"))
        .col(text_null("error"))
        .primary_key(Index::create().col("job").col("slot_at"))
        .to_owned()
}
