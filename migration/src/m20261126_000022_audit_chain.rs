//! The chain over the audit trail, and the queue of the lines that wait to be sealed.
//!
//! A trigger fills the queue: a line is sealed whichever program wrote it, the release before this one too.

use sea_orm_migration::{
    prelude::*,
    schema::*,
    sea_orm::{DbBackend, DbErr},
};

use crate::{
    append_only,
    constraints::{create_indexes, index, positive, unique},
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(audit_unsealed()).await?;
        manager.create_table(audit_seals()).await?;
        create_indexes(
            manager,
            [
                index("audit_unsealed", &["at", "entry_id"]),
                unique("audit_seals", &["entry_id"]),
                unique("audit_seals", &["previous_hash"]),
            ],
        )
        .await?;
        append_only::guard(manager, "audit_seals").await?;
        run(manager, queueing(manager.get_database_backend())?).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let undone: &[&str] = match manager.get_database_backend() {
            DbBackend::Postgres => &[
                "DROP TRIGGER audit_entries_wait_for_seal ON audit_entries",
                "DROP FUNCTION audit_entries_wait()",
            ],
            _ => &["DROP TRIGGER audit_entries_wait_for_seal"],
        };
        run(manager, undone).await?;
        append_only::drop_guarded(manager, "audit_seals").await?;
        manager
            .drop_table(Table::drop().table("audit_unsealed").to_owned())
            .await
    }
}

/// Lines that wait for their seal.
fn audit_unsealed() -> TableCreateStatement {
    Table::create()
        .table("audit_unsealed")
        .col(pk_uuid("entry_id"))
        .col(timestamp_with_time_zone("at"))
        .to_owned()
}

/// The links of the chain.
fn audit_seals() -> TableCreateStatement {
    Table::create()
        .table("audit_seals")
        .col(big_integer("sequence").primary_key())
        .col(uuid("entry_id"))
        .col(text("previous_hash"))
        .col(text("hash"))
        .check(positive("audit_seals", "sequence"))
        .to_owned()
}

/// Makes every line that is written wait for its seal, in the transaction that writes it.
fn queueing(engine: DbBackend) -> Result<&'static [&'static str], DbErr> {
    match engine {
        DbBackend::Sqlite => Ok(&[
            "CREATE TRIGGER audit_entries_wait_for_seal AFTER INSERT ON audit_entries BEGIN \
             INSERT INTO audit_unsealed (entry_id, at) VALUES (NEW.id, NEW.at); END",
        ]),
        DbBackend::Postgres => Ok(&[
            "CREATE FUNCTION audit_entries_wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
             INSERT INTO audit_unsealed (entry_id, at) VALUES (NEW.id, NEW.at); RETURN NULL; END $$",
            "CREATE TRIGGER audit_entries_wait_for_seal AFTER INSERT ON audit_entries \
             FOR EACH ROW EXECUTE FUNCTION audit_entries_wait()",
        ]),
        other => Err(DbErr::BackendNotSupported {
            db: other.as_str(),
            ctx: "the chain over the audit trail",
        }),
    }
}

async fn run(manager: &SchemaManager<'_>, statements: &[&str]) -> Result<(), DbErr> {
    for statement in statements {
        manager
            .get_connection()
            .execute_unprepared(statement)
            .await?;
    }
    Ok(())
}
