//! Lines of the audit trail from before there was a chain wait to be sealed too.
//!
//! A change of its own, after the trigger is there for all to see: so no line is missed, and none that is written
//! meanwhile waits for this to end.

use sea_orm_migration::{
    prelude::*,
    sea_orm::{DbBackend, DbErr},
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        if manager.get_database_backend() == DbBackend::Postgres {
            // A long trail takes longer than a statement of a request may.
            db.execute_unprepared("SET LOCAL statement_timeout = 0")
                .await?;
        }
        // Nobody seals before this is done: programs that do wait for the whole schema.
        db.execute_unprepared(
            "INSERT INTO audit_unsealed (entry_id, at) SELECT e.id, e.at FROM audit_entries e WHERE NOT EXISTS \
             (SELECT 1 FROM audit_seals s WHERE s.entry_id = e.id) ON CONFLICT DO NOTHING",
        )
        .await?;
        Ok(())
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        // What waits may wait; the change before takes the queue away.
        Ok(())
    }
}
