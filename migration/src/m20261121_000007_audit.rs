//! The audit trail. It keeps the ids of people and things without pointing at their rows.

use sea_orm_migration::{prelude::*, schema::*};

use crate::{
    append_only,
    constraints::{create_indexes, index, one_of},
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(audit_entries()).await?;
        create_indexes(
            manager,
            [
                index("audit_entries", &["at"]),
                index("audit_entries", &["actor_user_id", "at"]),
                index("audit_entries", &["subject"]),
            ],
        )
        .await?;
        append_only::guard(manager, "audit_entries").await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        append_only::drop_guarded(manager, "audit_entries").await?;
        Ok(())
    }
}

/// Lines of the audit trail.
fn audit_entries() -> TableCreateStatement {
    Table::create()
        .table("audit_entries")
        .col(pk_uuid("id"))
        .col(timestamp_with_time_zone("at"))
        .col(text("actor"))
        .col(uuid_null("actor_user_id"))
        .col(text("action"))
        .col(text_null("subject"))
        .col(text("outcome"))
        .col(text_null("code"))
        .col(text("address"))
        .col(text("agent"))
        .col(text("request_id"))
        .col(text("origin"))
        .col(json_binary("details"))
        .check(one_of("audit_entries", "outcome", &["DONE", "REFUSED"]))
        .to_owned()
}
