//! Programs of two releases on one database, and several that change it at once.

use std::{fs, process::Child};

use crate::kit::{
    Engine, Shop, both_engines, run,
    server::{Home, command},
    templates,
    wait::eventually,
};

both_engines!(a_program_of_before_serves_on_a_newer_schema);

async fn a_program_of_before_serves_on_a_newer_schema(mut shop: Shop) {
    // Given a database that a later release has expanded
    shop.kill();
    for statement in [
        "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m20991231_000999_later', 4102358400)",
        "ALTER TABLE orders ADD COLUMN colour TEXT NULL",
        "ALTER TABLE users ADD COLUMN shoe_size INTEGER NOT NULL DEFAULT 42",
        "CREATE TABLE hats (id INTEGER PRIMARY KEY)",
    ] {
        shop.database.run(statement).await;
    }
    // Then this one starts, sells, and takes what is paid
    shop.start().await;
    assert!(shop.log().contains("the database is of a later release"));
    let lin = shop.newcomer("lin").await;
    let purchase = lin.subscribe("pro").await;
    let attempt = lin.begin_payment(&purchase, "CREDIT_CARD").await;
    let notice = crate::callbacks::notice::paid(&attempt.trade_no, 899);
    let answer = shop
        .post("/ecpay/notify", crate::callbacks::notice::body(&notice))
        .await;
    assert_eq!(answer, (200, "1|OK".to_owned()));
    // and neither changes it back nor hides what it found
    shop.kill();
    let (code, said) = shop.run_command(&["migrate", "status"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("newer    m20991231_000999_later"), "{said}");
}

#[tokio::test]
async fn a_database_that_another_program_changed_is_left_alone() {
    run(Engine::Sqlite, &[], async |mut shop: Shop| {
        shop.kill();
        let strange = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m20200101_000001_strange', 1)";
        shop.database.run(strange).await;
        let (code, said) = shop.run_command(&["serve"]);
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains("m20200101_000001_strange"), "{said}");
    })
    .await;
}

fn migrate(url: &str, home: &Home, name: &str) -> Child {
    let settings = [
        ("DATABASE_URL", url.to_owned()),
        ("FABRICA_DATA_DIR", home.0.display().to_string()),
    ]
    .map(|(name, value)| (name.to_owned(), value));
    let log = home.0.join(name);
    command(&settings, &log)
        .args(["migrate", "up"])
        .spawn()
        .unwrap()
}

fn made(home: &Home, name: &str) -> usize {
    let said = fs::read_to_string(home.0.join(name)).unwrap();
    said.lines()
        .filter(|line| line.starts_with("made m"))
        .count()
}

#[tokio::test]
async fn of_three_that_start_at_once_one_migrates_and_the_others_wait() {
    let home = Home::new();
    let name = format!("fabrica_it_three_{}", std::process::id());
    let url = templates::empty_postgres(&name).await;
    let logs = ["a.log", "b.log", "c.log"];
    let three: Vec<Child> = logs.iter().map(|log| migrate(&url, &home, log)).collect();
    for mut child in three {
        assert!(child.wait().unwrap().success());
    }
    let mut counts = logs.map(|log| made(&home, log));
    counts.sort_unstable();
    assert_eq!(
        (counts[0], counts[1]),
        (0, 0),
        "the others find nothing to do"
    );
    assert!(counts[2] > 10, "{counts:?}");
    templates::drop_postgres(&name).await;
}

#[tokio::test]
async fn a_migration_that_is_killed_is_completed_by_the_next() {
    let home = Home::new();
    let name = format!("fabrica_it_killed_{}", std::process::id());
    let url = templates::empty_postgres(&name).await;
    let database = crate::kit::database::Database::open(&url).await;
    // Given one that is killed when it has made some changes and not all
    let mut first = migrate(&url, &home, "first.log");
    let count = "SELECT CASE WHEN to_regclass('public.plans') IS NULL THEN 0 ELSE 1 END::bigint";
    eventually("some changes", async || {
        (database.number(count).await > 0).then_some(())
    })
    .await;
    first.kill().unwrap();
    first.wait().unwrap();
    // Then the next completes it, and the one after finds nothing to do
    assert!(migrate(&url, &home, "second.log").wait().unwrap().success());
    assert!(migrate(&url, &home, "third.log").wait().unwrap().success());
    assert_eq!(made(&home, "third.log"), 0);
    tokio::task::spawn_blocking({
        let url = url.clone();
        move || templates::seed(&url)
    })
    .await
    .unwrap();
    database.close().await;
    templates::drop_postgres(&name).await;
}
