//! A change must leave the release before it what it uses: while replicas change over, and when they change back,
//! both run on one schema.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking; the functions below are no #[test] that clippy would see"
)]

use std::collections::BTreeMap;

use migration::{
    Migrator, MigratorTrait,
    sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement},
};

#[expect(dead_code, reason = "one engine tells enough here")]
mod databases;

/// The last change that was made before there was a release to run beside.
const FREE_UNTIL: &str = "m20261121_000018_plan_changes";

/// What may be dropped or narrowed all the same: the change, the table or `table.column`, and the release that
/// stopped using it, which must be older than the one that the change comes with.
const CONTRACTED: &[(&str, &str, &str)] = &[];

/// A column as a program that writes to it sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Column {
    kind: String,
    is_required: bool,
    has_default: bool,
}

/// Every column by `table.column`.
async fn columns(db: &DatabaseConnection) -> BTreeMap<String, Column> {
    let question = Statement::from_string(
        DbBackend::Sqlite,
        "SELECT t.name || '.' || c.name AS place, c.type AS kind, c.\"notnull\" AS required, \
         c.dflt_value IS NOT NULL AS has_default FROM sqlite_master t, pragma_table_info(t.name) c \
         WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND t.name <> 'seaql_migrations'",
    );
    let rows = db.query_all_raw(question).await.unwrap();
    rows.iter()
        .map(|row| {
            let column = Column {
                kind: row.try_get("", "kind").unwrap(),
                is_required: row.try_get::<i32>("", "required").unwrap() == 1,
                has_default: row.try_get::<i32>("", "has_default").unwrap() == 1,
            };
            (row.try_get("", "place").unwrap(), column)
        })
        .collect()
}

/// What of it a program of before could not live with.
fn taken_away(before: &BTreeMap<String, Column>, after: &BTreeMap<String, Column>) -> Vec<String> {
    let tables: Vec<&str> = before
        .keys()
        .filter_map(|place| place.split('.').next())
        .collect();
    let mut found = Vec::new();
    for (place, was) in before {
        match after.get(place) {
            None => found.push(format!("{place} is gone")),
            Some(is) if is.kind != was.kind => found.push(format!("{place} has another type")),
            Some(is) if is.is_required && !was.is_required => {
                found.push(format!("{place} must be given now"));
            }
            Some(_) => {}
        }
    }
    for (place, is) in after {
        let is_old_table = place
            .split('.')
            .next()
            .is_some_and(|table| tables.contains(&table));
        let is_new = !before.contains_key(place);
        if is_new && is_old_table && is.is_required && !is.has_default {
            found.push(format!("{place} is new and must be given"));
        }
    }
    found
}

#[tokio::test]
async fn a_change_leaves_the_release_before_it_what_it_uses() {
    let db = databases::sqlite().await;
    for migration in Migrator::migrations() {
        let name = migration.name().to_owned();
        let before = columns(&db).await;
        Migrator::up(&db, Some(1)).await.unwrap();
        if name.as_str() <= FREE_UNTIL {
            continue;
        }
        let mut found = taken_away(&before, &columns(&db).await);
        found.retain(|what| {
            let allowed = CONTRACTED.iter().any(|(change, place, _)| {
                let of_it = [" ", "."]
                    .iter()
                    .any(|end| what.starts_with(&format!("{place}{end}")));
                *change == name && of_it
            });
            !allowed
        });
        assert!(
            found.is_empty(),
            "{name}: {found:?}; expand, move, contract: docs/ADDING.md, A migration"
        );
    }
}

#[tokio::test]
async fn what_is_taken_away_is_found() {
    let db = databases::sqlite().await;
    let make = "CREATE TABLE hats (id INTEGER, size INTEGER, colour TEXT)";
    db.execute_unprepared(make).await.unwrap();
    let before = columns(&db).await;
    for statement in [
        "DROP TABLE hats",
        "CREATE TABLE hats (id INTEGER, size INTEGER NOT NULL, brim TEXT NOT NULL, band TEXT)",
    ] {
        db.execute_unprepared(statement).await.unwrap();
    }
    assert_eq!(
        taken_away(&before, &columns(&db).await),
        [
            "hats.colour is gone",
            "hats.size must be given now",
            "hats.brim is new and must be given"
        ]
    );
}
