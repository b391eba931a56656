//! Changes the list of words that a column may hold. Neither engine can alter a check: PostgreSQL drops it and
//! makes another, SQLite has the text of its table corrected, as its documentation tells to for checks.

use sea_orm_migration::{
    prelude::*,
    sea_orm::{DbBackend, DbErr, Statement},
};

/// The words of a column, before and after.
pub struct Words {
    /// Of which table.
    pub table: &'static str,
    /// Of which column.
    pub column: &'static str,
    /// Before.
    pub from: &'static [&'static str],
    /// After.
    pub to: &'static [&'static str],
}

impl Words {
    /// The same change, backwards.
    pub const fn undone(&self) -> Self {
        Self {
            table: self.table,
            column: self.column,
            from: self.to,
            to: self.from,
        }
    }
}

/// Lets the column hold the new words and no others. Rows with a word that is gone make it fail on PostgreSQL.
///
/// # Errors
/// The table has no check with the words before, or the database's own.
pub async fn change(manager: &SchemaManager<'_>, words: &Words) -> Result<(), DbErr> {
    match manager.get_database_backend() {
        DbBackend::Sqlite => on_sqlite(manager, words).await,
        _ => on_postgres(manager, words).await,
    }
}

fn check(column: &str, words: &[&str]) -> String {
    let words: Vec<_> = words.iter().map(|word| format!("'{word}'")).collect();
    format!("\"{column}\" IN ({})", words.join(", "))
}

async fn on_postgres(manager: &SchemaManager<'_>, words: &Words) -> Result<(), DbErr> {
    let Words { table, column, .. } = words;
    let name = format!("{table}_{column}_check");
    let check = check(column, words.to);
    let db = manager.get_connection();
    db.execute_unprepared(&format!(
        "ALTER TABLE {table} DROP CONSTRAINT {name}, ADD CONSTRAINT {name} CHECK ({check})"
    ))
    .await?;
    Ok(())
}

async fn on_sqlite(manager: &SchemaManager<'_>, words: &Words) -> Result<(), DbErr> {
    let db = manager.get_connection();
    let Words { table, column, .. } = words;
    let (from, to) = (check(column, words.from), check(column, words.to));
    db.execute_unprepared("PRAGMA writable_schema = ON").await?;
    let update = Statement::from_sql_and_values(
        DbBackend::Sqlite,
        "UPDATE sqlite_schema SET sql = replace(sql, ?, ?) \
         WHERE type = 'table' AND name = ? AND instr(sql, ?) > 0",
        [
            from.as_str().into(),
            to.into(),
            (*table).into(),
            from.as_str().into(),
        ],
    );
    let changed = db.execute_raw(update).await?.rows_affected();
    if changed != 1 {
        return Err(DbErr::Migration(format!("{table} has no check {from}")));
    }
    // Every other connection reads the schema again when this number moves; RESET does so for this one.
    let version = Statement::from_string(DbBackend::Sqlite, "PRAGMA schema_version");
    let version: i64 = match db.query_one_raw(version).await? {
        Some(row) => row.try_get("", "schema_version")?,
        None => 0,
    };
    db.execute_unprepared(&format!("PRAGMA schema_version = {}", version + 1))
        .await?;
    db.execute_unprepared("PRAGMA writable_schema = RESET")
        .await?;
    Ok(())
}
