//! A shop that is lost comes back from its backup.

use std::{fs, os::unix::fs::PermissionsExt};

use crate::kit::{
    Browser, Engine, Shop, browser::GOOD_CARD, database::Database, invariants, run, templates,
    wait::eventually,
};

use super::sealed;

#[tokio::test]
async fn a_backup_of_a_running_shop_comes_back_whole_on_sqlite() {
    run(Engine::Sqlite, &[], async |shop| {
        let elsewhere = shop.path("elsewhere/shop.db");
        let url = format!("sqlite://{}?mode=rwc", elsewhere.display());
        comes_back_on(&shop, &url, "is there already").await;

        // What is in the way is kept when it is asked for.
        let backup = shop.path("night.backup").display().to_string();
        let (code, said) = shop.run_command_on(&url, &["restore", "--replace", &backup]);
        assert_eq!(code, Some(0), "{said}");
        let folder = fs::read_dir(elsewhere.parent().unwrap()).unwrap();
        let names = folder.map(|file| file.unwrap().file_name().into_string().unwrap());
        assert_eq!(names.filter(|name| name.ends_with(".kept")).count(), 1);

        // And a running shop's database is nobody's to replace.
        let (code, said) = shop.run_command(&["restore", "--replace", &backup]);
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains("another fabrica uses"), "{said}");
    })
    .await;
}

#[tokio::test]
async fn a_backup_of_a_running_shop_comes_back_whole_on_postgres() {
    run(Engine::Postgres, &[], async |shop| {
        let name = format!("fabrica_it_restored_{}", std::process::id());
        let url = templates::empty_postgres(&name).await;
        comes_back_on(&shop, &url, "make a new, empty one").await;
        templates::drop_postgres(&name).await;
    })
    .await;
}

/// Whether the figures tell how old the newest backup is.
async fn tells_an_age(shop: &Shop) -> bool {
    let figures = shop.http.get(format!("{}/metrics", shop.url)).send();
    let figures = figures.await.unwrap().text().await.unwrap();
    figures
        .lines()
        .any(|line| line.starts_with("backup_age_seconds "))
}

/// A line of the audit trail that is written by hand.
fn another_line(url: &str) -> String {
    let id = match url.starts_with("sqlite:") {
        true => format!("x'{:032x}'", 1),
        false => format!("'{}'", uuid::Uuid::from_u128(1)),
    };
    format!(
        "INSERT INTO audit_entries (id, at, actor, action, outcome, code, address, agent, request_id, origin, details) \
         SELECT {id}, at, 'system:hand', 'nothing', 'REFUSED', 'NOTHING', '', '', 'request-1', 'command', details \
         FROM audit_entries LIMIT 1"
    )
}

async fn comes_back_on(shop: &Shop, empty: &str, in_the_way: &str) {
    // Given a shop that has sold something, and goes on running
    let lin = shop.newcomer("lin").await;
    let purchase = lin.subscribe("pro").await;
    let attempt = lin.begin_payment(&purchase, "CREDIT_CARD").await;
    let browser = Browser::new();
    browser.pay_by_card(&attempt.redirect_url, GOOD_CARD).await;
    lin.order_becomes(&purchase, "COMPLETED").await;
    eventually("the trail is sealed", async || {
        let waiting = shop.database.count("audit_unsealed").await;
        (waiting == 0).then_some(())
    })
    .await;
    let before = shop.database.counts().await;
    let (_, said) = shop.run_command(&["verify"]);
    let head = sealed::head(&said);

    assert!(!tells_an_age(shop).await, "there never was a backup");

    // When its database is backed up, for its owner alone, and never over a file that is there
    let path = shop.path("night.backup");
    let file = path.display().to_string();
    let (code, said) = shop.run_command(&["backup", &file]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("signing.key"), "{said}");
    let mode = fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let (code, said) = shop.run_command(&["backup", &file]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("nothing was written"), "{said}");
    // which the shop knows of, of the one that was written
    assert_eq!(shop.database.count("backups").await, 1);
    eventually("its age is told", async || {
        tells_an_age(shop).await.then_some(())
    })
    .await;

    // and comes back on a machine that has none
    let (code, said) = shop.run_command_on(empty, &["restore", &file]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("everything is as it must be"), "{said}");

    // Then everything is there, and right, and the trail is the one that was sealed
    let (code, said) = shop.run_command_on(empty, &["verify", "--head", &head]);
    assert_eq!(code, Some(0), "{said}");
    let restored = Database::open(empty).await;
    assert_eq!(restored.counts().await, before);
    invariants::hold(&restored).await;
    assert_eq!(restored.count("backups").await, 0, "only of those before");
    let order = restored.order(purchase.order()).await;
    assert_eq!(order.total_minor, 899);
    // the guards of history too
    let rewrite = restored.db();
    let rewrite = sea_orm::ConnectionTrait::execute_unprepared(
        rewrite,
        "UPDATE audit_entries SET action = 'nothing'",
    );
    let refused = rewrite.await.unwrap_err().to_string();
    assert!(refused.contains("append-only"), "{refused}");
    // and what makes new lines wait for their seals
    let waiting = restored.count("audit_unsealed").await;
    restored.run(&another_line(empty)).await;
    assert_eq!(restored.count("audit_unsealed").await, waiting + 1);
    restored.close().await;

    // and a second time nothing that is there is written over, nor by what is no backup
    let (code, said) = shop.run_command_on(empty, &["restore", &file]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains(in_the_way), "{said}");
    fs::write(shop.path("no.backup"), "a letter").unwrap();
    let other = shop.path("no.backup").display().to_string();
    let (code, said) = shop.run_command_on(empty, &["restore", "--replace", &other]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("is no backup"), "{said}");
}
