//! Staff's lists come from a standby, while it knows what is so.

use serde_json::json;

use crate::kit::{
    Shop, client::Client, cluster::Cluster, run_on, server::Home, templates, wait::eventually,
};

const ORDERS: &str = "{ orders(first: 1) { totalCount nodes { id } } }";
/// How many of the standby's connections asked for orders last.
const ASKED_FOR_ORDERS: &str = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'fabrica' \
                                AND query LIKE '%FROM \"orders\"%'";

/// Somebody new orders, and staff see it first in their list at once.
async fn order_and_see(shop: &Shop, staff: &Client, name: &str) {
    let order = shop.newcomer(name).await.subscribe("pro").await.order_id;
    let listed = staff.ask(ORDERS, json!({})).await;
    assert_eq!(listed["orders"]["nodes"][0]["id"], order, "{name}'s order");
}

async fn figure(shop: &Shop, line: &str) -> Option<()> {
    let answer = shop.http.get(format!("{}/metrics", shop.url)).send().await;
    let text = answer.unwrap().text().await.unwrap();
    text.lines().any(|each| each == line).then_some(())
}

/// Asks for the list until the standby answers it again.
async fn until_it_is_back(shop: &Shop, staff: &Client) {
    eventually("the standby is read again", async || {
        staff.ask(ORDERS, json!({})).await;
        figure(shop, "database_replica_up 1").await
    })
    .await;
}

#[tokio::test]
async fn what_was_just_written_is_read_wherever_the_list_comes_from() {
    let primary = Cluster::start().await;
    let url = primary.url.clone();
    tokio::task::spawn_blocking(move || templates::seed(&url))
        .await
        .unwrap();
    let standby = primary.standby();
    let home = Home::new();
    let settings = [("DATABASE_READ_URL", standby.url.as_str())];
    run_on(&home, &primary.url, &settings, async |shop: Shop| {
        let staff = shop.demo("staff").await;

        // Given a standby that keeps up, staff's list comes from there, with what was written a moment before
        for name in ["ann", "bob", "cai"] {
            order_and_see(&shop, &staff, name).await;
        }
        assert!(standby.number(ASKED_FOR_ORDERS).await > 0);
        figure(&shop, "database_replica_up 1").await.unwrap();

        // When it lags, the primary is read instead, and the log says so once
        standby.run("SELECT pg_wal_replay_pause()").await;
        for name in ["dan", "eva"] {
            order_and_see(&shop, &staff, name).await;
        }
        figure(&shop, "database_replica_up 0").await.unwrap();
        assert_eq!(
            shop.log().matches("the read replica is left out").count(),
            1
        );
        assert!(shop.log().contains("it lags behind"));

        // and it comes back by itself
        standby.run("SELECT pg_wal_replay_resume()").await;
        until_it_is_back(&shop, &staff).await;

        // When it is gone, nobody notices but the log
        standby.halt();
        order_and_see(&shop, &staff, "fei").await;
        assert_eq!(
            shop.log().matches("the read replica is left out").count(),
            2
        );
        standby.start_again();
        until_it_is_back(&shop, &staff).await;
        order_and_see(&shop, &staff, "gus").await;
    })
    .await;
}

#[tokio::test]
async fn a_copy_of_another_database_is_never_read() {
    let (primary, stranger) = (Cluster::start().await, Cluster::start().await);
    let url = primary.url.clone();
    tokio::task::spawn_blocking(move || templates::seed(&url))
        .await
        .unwrap();
    let home = Home::new();
    let settings = [("DATABASE_READ_URL", stranger.url.as_str())];
    run_on(&home, &primary.url, &settings, async |shop: Shop| {
        let staff = shop.demo("staff").await;
        order_and_see(&shop, &staff, "ann").await;
        assert!(shop.log().contains("it is a copy of another database"));
    })
    .await;
}
