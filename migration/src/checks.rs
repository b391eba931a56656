//! Changing what a CHECK lets through. PostgreSQL has a statement for it. SQLite has none; what its manual offers is
//! to write the new text into the schema itself, which touches no row, no index and no foreign key.

use sea_orm_migration::{
    prelude::*,
    sea_orm::{DbBackend, DbErr, Statement},
};

/// Gives the check `name` of `table` another condition, in SQL that both engines read.
///
/// # Errors
/// There is no such check, or a row that the new condition refuses; then nothing was changed.
pub async fn replace_check(
    manager: &SchemaManager<'_>,
    table: &str,
    name: &str,
    condition: &str,
) -> Result<(), DbErr> {
    match manager.get_database_backend() {
        DbBackend::Sqlite => sqlite(manager, table, name, condition).await,
        DbBackend::Postgres => {
            let change = format!(
                "ALTER TABLE {table} DROP CONSTRAINT {name}, ADD CONSTRAINT {name} CHECK ({condition})"
            );
            run(manager, &change).await
        }
        other => Err(DbErr::BackendNotSupported {
            db: other.as_str(),
            ctx: "changing a check",
        }),
    }
}

async fn sqlite(
    manager: &SchemaManager<'_>,
    table: &str,
    name: &str,
    condition: &str,
) -> Result<(), DbErr> {
    let refused = format!("SELECT count(*) AS answer FROM {table} WHERE NOT ({condition})");
    if number(manager, &refused).await? != 0 {
        return Err(DbErr::Custom(format!("{table} has rows against {name}")));
    }
    let query = format!(
        "SELECT sql AS answer FROM sqlite_master WHERE type = 'table' AND name = '{table}'"
    );
    let before: String = ask(manager, &query).await?;
    let after = with_condition(&before, name, condition)
        .ok_or_else(|| DbErr::Custom(format!("{table} has no check {name}")))?;
    let version = number(
        manager,
        "SELECT schema_version AS answer FROM pragma_schema_version",
    )
    .await?;
    let quoted = after.replace('\'', "''");
    for statement in [
        "PRAGMA writable_schema = ON".to_owned(),
        format!(
            "UPDATE sqlite_master SET sql = '{quoted}' WHERE type = 'table' AND name = '{table}'"
        ),
        // Other connections look at this number to see that they must read the schema again; RESET does it for this one.
        format!("PRAGMA schema_version = {}", version + 1),
        "PRAGMA writable_schema = RESET".to_owned(),
    ] {
        run(manager, &statement).await?;
    }
    let verdict: String = ask(
        manager,
        &format!("SELECT integrity_check AS answer FROM pragma_integrity_check('{table}') LIMIT 1"),
    )
    .await?;
    match verdict.as_str() {
        "ok" => Ok(()),
        _ => Err(DbErr::Custom(format!("{table}: {verdict}"))),
    }
}

/// The statement that makes a table, with another condition in the check of this name.
fn with_condition(sql: &str, name: &str, condition: &str) -> Option<String> {
    let head = format!("CONSTRAINT \"{name}\" CHECK (");
    let start = sql.find(&head)? + head.len();
    let (before, rest) = sql.split_at_checked(start)?;
    let (mut depth, mut in_text) = (1_u32, false);
    let end = rest.char_indices().find_map(|(at, letter)| {
        match letter {
            '\'' => in_text = !in_text,
            '(' if !in_text => depth += 1,
            ')' if !in_text => depth -= 1,
            _ => {}
        }
        (depth == 0).then_some(at)
    })?;
    let (_, after) = rest.split_at_checked(end)?;
    Some(format!("{before}{condition}{after}"))
}

async fn number(manager: &SchemaManager<'_>, query: &str) -> Result<i64, DbErr> {
    ask(manager, query).await
}

async fn ask<T: sea_orm_migration::sea_orm::TryGetable>(
    manager: &SchemaManager<'_>,
    query: &str,
) -> Result<T, DbErr> {
    let statement = Statement::from_string(manager.get_database_backend(), query);
    let row = manager.get_connection().query_one_raw(statement).await?;
    row.ok_or_else(|| DbErr::Custom(format!("no answer to {query}")))?
        .try_get("", "answer")
}

async fn run(manager: &SchemaManager<'_>, statement: &str) -> Result<(), DbErr> {
    manager
        .get_connection()
        .execute_unprepared(statement)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::with_condition;

    const TABLE: &str = r#"CREATE TABLE "t" ( "a" text, CONSTRAINT "t_a_check" CHECK ("a" IN ('x)', 'y')), CONSTRAINT "t_b_check" CHECK ("b" > 0) )"#;

    #[test]
    fn one_condition_is_replaced_and_nothing_beside_it() {
        let changed = with_condition(TABLE, "t_a_check", r#""a" = 'z'"#).unwrap();
        assert_eq!(
            changed,
            r#"CREATE TABLE "t" ( "a" text, CONSTRAINT "t_a_check" CHECK ("a" = 'z'), CONSTRAINT "t_b_check" CHECK ("b" > 0) )"#
        );
    }

    #[test]
    fn a_check_that_is_not_there_is_not_invented() {
        assert_eq!(with_condition(TABLE, "t_c_check", "TRUE"), None);
    }
}
