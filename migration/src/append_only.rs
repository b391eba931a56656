//! Tables whose rows are written once.

use sea_orm_migration::{
    prelude::*,
    sea_orm::{DbBackend, DbErr},
};

/// Makes the database refuse every UPDATE and DELETE of a table: `<table> is append-only`.
///
/// # Errors
/// The database's own, or an engine that is neither SQLite nor PostgreSQL.
pub async fn guard(manager: &SchemaManager<'_>, table: &str) -> Result<(), DbErr> {
    let statements = match manager.get_database_backend() {
        DbBackend::Sqlite => sqlite(table),
        DbBackend::Postgres => postgres(table),
        other => {
            return Err(DbErr::BackendNotSupported {
                db: other.as_str(),
                ctx: "append-only tables",
            });
        }
    };
    run(manager, &statements).await
}

/// Drops a guarded table, and on PostgreSQL the function that its triggers called.
///
/// # Errors
/// The database's own.
pub async fn drop_guarded(manager: &SchemaManager<'_>, table: &'static str) -> Result<(), DbErr> {
    // Neither engine fires triggers for DROP TABLE, and both drop the triggers with it.
    manager
        .drop_table(Table::drop().table(table).to_owned())
        .await?;
    if manager.get_database_backend() == DbBackend::Postgres {
        run(manager, &[format!("DROP FUNCTION {table}_append_only()")]).await?;
    }
    Ok(())
}

fn sqlite(table: &str) -> Vec<String> {
    ["update", "delete"]
        .iter()
        .map(|event| {
            format!(
                "CREATE TRIGGER {table}_refuse_{event} BEFORE {event} ON {table} \
                 BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        })
        .collect()
}

fn postgres(table: &str) -> Vec<String> {
    vec![
        format!(
            "CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$"
        ),
        format!(
            "CREATE TRIGGER {table}_refuse_change BEFORE UPDATE OR DELETE ON {table} \
             FOR EACH ROW EXECUTE FUNCTION {table}_append_only()"
        ),
        // TRUNCATE passes by row triggers; SQLite has no such statement.
        format!(
            "CREATE TRIGGER {table}_refuse_truncate BEFORE TRUNCATE ON {table} \
             FOR EACH STATEMENT EXECUTE FUNCTION {table}_append_only()"
        ),
    ]
}

async fn run(manager: &SchemaManager<'_>, statements: &[String]) -> Result<(), DbErr> {
    for statement in statements {
        manager
            .get_connection()
            .execute_unprepared(statement)
            .await?;
    }
    Ok(())
}
