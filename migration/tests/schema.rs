//! What the schema promises by itself, on both engines.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking; the functions below are no #[test] that clippy would see"
)]

use migration::{
    Migrator, MigratorTrait,
    sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement},
};

mod databases;
mod shop;

/// Every object that a migration can make, as text, sorted.
async fn objects(db: &DatabaseConnection) -> Vec<String> {
    let query = match db.get_database_backend() {
        DbBackend::Sqlite => {
            "SELECT sql AS line FROM sqlite_master WHERE sql IS NOT NULL \
             AND tbl_name NOT IN ('seaql_migrations', 'sqlite_sequence') ORDER BY sql"
        }
        _ => {
            "SELECT line FROM ( \
             SELECT concat_ws(' ', table_name, column_name, data_type, is_nullable) AS line, table_name AS t \
               FROM information_schema.columns WHERE table_schema = 'public' \
             UNION ALL SELECT indexdef, tablename FROM pg_indexes WHERE schemaname = 'public' \
             UNION ALL SELECT concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid)), conrelid::regclass::text \
               FROM pg_constraint WHERE connamespace = 'public'::regnamespace \
             UNION ALL SELECT pg_get_triggerdef(oid), tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal \
             UNION ALL SELECT pg_get_functiondef(oid), proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace \
             ) AS everything WHERE t <> 'seaql_migrations' ORDER BY line"
        }
    };
    let statement = Statement::from_string(db.get_database_backend(), query);
    let rows = db.query_all_raw(statement).await.unwrap();
    rows.iter()
        .map(|row| row.try_get("", "line").unwrap())
        .collect()
}

async fn goes_up_down_and_up(db: DatabaseConnection) {
    assert_eq!(objects(&db).await, Vec::<String>::new());
    Migrator::up(&db, None).await.unwrap();
    let first = objects(&db).await;
    assert!(first.len() > 50, "{first:#?}");

    Migrator::down(&db, None).await.unwrap();
    assert_eq!(
        objects(&db).await,
        Vec::<String>::new(),
        "down leaves nothing"
    );

    Migrator::up(&db, None).await.unwrap();
    assert_eq!(
        objects(&db).await,
        first,
        "the second way up ends where the first did"
    );
}

#[tokio::test]
async fn the_schema_goes_up_down_and_up_again() {
    goes_up_down_and_up(databases::sqlite().await).await;
    databases::on_postgres("up_down_up", goes_up_down_and_up).await;
}

async fn a_failing_change_leaves_nothing_behind(db: DatabaseConnection) {
    // Given a table in the way of the last table of the first change
    db.execute_unprepared("CREATE TABLE log_in_failures (id integer)")
        .await
        .unwrap();
    // When the change is tried
    Migrator::up(&db, None).await.unwrap_err();
    // Then the tables it made before are gone again, and it works once the way is free
    db.execute_unprepared("DROP TABLE log_in_failures")
        .await
        .unwrap();
    assert_eq!(objects(&db).await, Vec::<String>::new());
    Migrator::up(&db, None).await.unwrap();
}

#[tokio::test]
async fn a_change_that_fails_halfway_leaves_nothing_behind() {
    a_failing_change_leaves_nothing_behind(databases::sqlite().await).await;
    databases::on_postgres("half_change", a_failing_change_leaves_nothing_behind).await;
}

async fn history_stays(db: DatabaseConnection) {
    Migrator::up(&db, None).await.unwrap();
    shop::open(&db).await;
    let seal = "INSERT INTO audit_seals (sequence, entry_id, previous_hash, hash) SELECT 1, id, '0', '1' \
         FROM audit_entries";
    db.execute_unprepared(seal).await.unwrap();
    for (table, column) in [
        ("audit_seals", "hash"),
        ("events", "kind"),
        ("audit_entries", "action"),
        ("transitions", "cause"),
        ("settlements", "currency"),
        ("plan_versions", "currency"),
        ("ledger_transfers", "currency"),
    ] {
        for change in [
            format!("UPDATE {table} SET {column} = {column}"),
            format!("DELETE FROM {table}"),
        ] {
            let error = db
                .execute_unprepared(&change)
                .await
                .expect_err(&change)
                .to_string();
            assert!(
                error.contains(&format!("{table} is append-only")),
                "{change}: {error}"
            );
        }
        if db.get_database_backend() == DbBackend::Postgres {
            let change = format!("TRUNCATE {table} CASCADE");
            let error = db
                .execute_unprepared(&change)
                .await
                .expect_err(&change)
                .to_string();
            assert!(error.contains("is append-only"), "{change}: {error}");
        }
        let count = format!("SELECT count(*) AS n FROM {table}");
        let count = Statement::from_string(db.get_database_backend(), count);
        let row = db.query_one_raw(count).await.unwrap().unwrap();
        assert_eq!(row.try_get::<i64>("", "n").unwrap(), 1, "{table}");
    }
}

async fn lines_of_before_wait_for_a_seal(db: DatabaseConnection) {
    // Given a shop with a trail from before there was a chain
    let change = Migrator::migrations()
        .iter()
        .position(|step| step.name().ends_with("audit_chain"))
        .unwrap();
    Migrator::up(&db, Some(u32::try_from(change).unwrap()))
        .await
        .unwrap();
    shop::open(&db).await;
    // When it is brought up to date
    Migrator::up(&db, None).await.unwrap();
    // Then each of its lines waits, as it is, and so does one that comes
    let waiting = "SELECT count(*) AS n FROM audit_unsealed u JOIN audit_entries a ON a.id = u.entry_id \
         AND a.at = u.at";
    let waiting = Statement::from_string(db.get_database_backend(), waiting);
    let count = async || {
        let row = db.query_one_raw(waiting.clone()).await.unwrap().unwrap();
        row.try_get::<i64>("", "n").unwrap()
    };
    assert_eq!(count().await, 1);
    let another = "INSERT INTO audit_entries (id, at, actor, action, outcome, address, agent, request_id, origin, \
         details) SELECT '00000000-0000-7000-8000-0000000000fd', at, actor, action, outcome, address, agent, \
         request_id, origin, details FROM audit_entries";
    db.execute_unprepared(another).await.unwrap();
    assert_eq!(count().await, 2);
}

#[tokio::test]
async fn an_older_trail_is_queued_for_its_seals() {
    lines_of_before_wait_for_a_seal(databases::sqlite().await).await;
    databases::on_postgres("older_trail", lines_of_before_wait_for_a_seal).await;
}

#[tokio::test]
async fn what_happened_cannot_be_changed_or_removed() {
    history_stays(databases::sqlite().await).await;
    databases::on_postgres("history", history_stays).await;
}

async fn nonsense_is_refused(db: DatabaseConnection) {
    Migrator::up(&db, None).await.unwrap();
    shop::open(&db).await;
    for (change, sqlite, postgres) in shop::NONSENSE {
        let error = db
            .execute_unprepared(change)
            .await
            .expect_err(change)
            .to_string();
        let told = match db.get_database_backend() {
            DbBackend::Sqlite => sqlite,
            _ => postgres,
        };
        assert!(error.contains(told), "{change}: {error}");
    }
}

#[tokio::test]
async fn the_last_net_catches_what_the_code_let_through() {
    nonsense_is_refused(databases::sqlite().await).await;
    databases::on_postgres("nonsense", nonsense_is_refused).await;
}

async fn rows_survive_a_wider_check(db: DatabaseConnection) {
    // Given a shop from before plans could be changed within a period
    let steps = u32::try_from(Migrator::migrations().len()).unwrap();
    let change = Migrator::migrations()
        .iter()
        .position(|step| step.name().ends_with("plan_changes"))
        .unwrap();
    let change = u32::try_from(change).unwrap();
    Migrator::up(&db, Some(change)).await.unwrap();
    shop::open(&db).await;
    // When it is brought up to date
    Migrator::up(&db, Some(steps - change)).await.unwrap();
    // Then its line is still there, a credit can stand beside it, and the way back is closed while it does
    let credit = "INSERT INTO order_lines (id, order_id, position, kind, plan_version_id, description, quantity, \
         unit_price_minor, amount_minor, currency) \
         SELECT '00000000-0000-7000-8000-0000000000fe', order_id, 2, 'UNUSED_TIME', plan_version_id, '', 1, -5, -5, \
         currency FROM order_lines WHERE amount_minor = 300";
    let written = db.execute_unprepared(credit).await.unwrap();
    assert_eq!(written.rows_affected(), 1);
    Migrator::down(&db, Some(steps - change)).await.unwrap_err();
    db.execute_unprepared("DELETE FROM order_lines WHERE amount_minor < 0")
        .await
        .unwrap();
    Migrator::down(&db, Some(steps - change)).await.unwrap();
    db.execute_unprepared(credit).await.unwrap_err();
}

#[tokio::test]
async fn a_check_is_widened_under_the_rows_and_narrowed_only_when_they_allow_it() {
    rows_survive_a_wider_check(databases::sqlite().await).await;
    databases::on_postgres("wider_check", rows_survive_a_wider_check).await;
}
