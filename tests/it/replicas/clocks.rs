//! A machine whose clock is not the database's runs no job.

use crate::kit::{Engine, Shop, run, wait::eventually};

const RUNS: &str = "SELECT count(*) FROM job_runs WHERE job = 'ask_gateway'";

/// Has the database's clock show another time, by so much.
async fn shift(shop: &Shop, by: &str) {
    let function = format!(
        "CREATE OR REPLACE FUNCTION elsewhere.clock_timestamp() RETURNS timestamptz LANGUAGE sql \
         AS $$ SELECT pg_catalog.clock_timestamp() + interval '{by}' $$"
    );
    shop.database.run(&function).await;
}

#[tokio::test]
async fn jobs_wait_while_the_clocks_differ() {
    run(Engine::Postgres, &[], async |mut shop: Shop| {
        // Given a machine that is a day behind, by the database's clock
        shop.kill();
        shop.database.run("CREATE SCHEMA elsewhere").await;
        shift(&shop, "1 day").await;
        let first = "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = public, elsewhere, pg_catalog', \
                     current_database()); END $$";
        shop.database.run(first).await;
        let before = shop.database.number(RUNS).await;
        shop.start().await;

        // Then its jobs wait, and it says so once; buying goes on
        eventually("the log tells", async || {
            shop.log().contains("jobs wait until it is").then_some(())
        })
        .await;
        shop.mei().await.subscribe("pro").await;
        assert_eq!(shop.database.number(RUNS).await, before);
        assert_eq!(shop.log().matches("jobs wait until it is").count(), 1);

        // and they go on when the clocks agree
        shift(&shop, "0").await;
        eventually("a run", async || {
            (shop.database.number(RUNS).await > before).then_some(())
        })
        .await;
    })
    .await;
}
