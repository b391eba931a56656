//! The database goes away and comes back.

use std::time::{Duration, Instant};

use entity::orders::OrderStatus;
use futures_util::future::join_all;
use serde_json::json;

use crate::{
    callbacks::notice::{body, paid},
    kit::{
        Engine, Shop, client::Client, cluster::Cluster, customer::new_key, run, run_on,
        server::Home, templates,
    },
};

const BUY: &str = "mutation($input: CreateSubscriptionInput!) { createSubscription(input: $input) { \
                   order { id } errors { code } } }";
const PLANS: &str = "{ plans(first: 5) { nodes { id } } }";

/// Sends it, and sees that the answer was one that tells when to come again, and in time.
async fn is_told_to_come_again(client: &Client, document: &str, variables: serde_json::Value) {
    let asked = Instant::now();
    let answer = client.send(document, variables).await;
    assert_eq!(
        (answer.status, answer.code()),
        (503, "UNAVAILABLE"),
        "{}",
        answer.body
    );
    assert!(!answer.header("retry-after").is_empty());
    assert!(
        asked.elapsed() < Duration::from_secs(3),
        "{:?}",
        asked.elapsed()
    );
}

#[tokio::test]
async fn a_database_that_stops_and_starts_costs_patience_and_nothing_else() {
    let cluster = Cluster::start().await;
    let url = cluster.url.clone();
    tokio::task::spawn_blocking(move || templates::seed(&url))
        .await
        .unwrap();
    let home = Home::new();
    run_on(&home, &cluster.url, &[], async |mut shop: Shop| {
        let mei = shop.mei().await;
        let purchase = mei.subscribe("pro").await;
        let attempt = mei.begin_payment(&purchase, "CREDIT_CARD").await;
        let notice = body(&paid(&attempt.trade_no, 899));
        let key = new_key();
        let input =
            json!({ "input": { "planId": mei.plan("starter").await, "idempotencyKey": key } });
        let mut live = shop.live(&mei).await;
        live.watch(&purchase.order_id).await;
        assert_eq!(live.change().await.status, "PROCESSING");

        // When it is gone, everybody is told to come again, in time
        cluster.halt();
        is_told_to_come_again(&mei, BUY, input.clone()).await;
        is_told_to_come_again(&shop.guest(), PLANS, json!({})).await;
        let asked = Instant::now();
        let answer = shop.post("/ecpay/notify", notice.clone()).await;
        assert_eq!(answer, (503, "0|Try again later".to_owned()));
        assert!(
            asked.elapsed() < Duration::from_secs(3),
            "{:?}",
            asked.elapsed()
        );

        // and when it is back, the same process serves within fifteen seconds
        cluster.start_again();
        let back = Instant::now();
        loop {
            let answer = shop.post("/ecpay/notify", notice.clone()).await;
            if answer == (200, "1|OK".to_owned()) {
                break;
            }
            assert_eq!(answer.0, 503, "{answer:?}");
            assert!(back.elapsed() < Duration::from_secs(15));
        }
        let payload = mei.ask(BUY, input.clone()).await["createSubscription"].clone();
        let again = mei.ask(BUY, input).await["createSubscription"].clone();
        assert_eq!(payload, again, "the same key, the same order");
        assert!(shop.server().ended().is_none());
        let order = shop.database.order(purchase.order()).await;
        assert_eq!(order.status, OrderStatus::Completed);
        // Who watched it all the while was told of no outage, and sees the end.
        live.changes_until("COMPLETED").await;
    })
    .await;
}

#[tokio::test]
async fn connections_that_are_cut_are_replaced() {
    run(Engine::Postgres, &[], async |shop: Shop| {
        let mei = shop.mei().await;
        for round in 0..5 {
            let buyers = (0..4).map(|_| mei.send(PLANS, json!({})));
            let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                       WHERE datname = current_database() AND pid <> pg_backend_pid()";
            let ((), answers) = tokio::join!(shop.database.run(cut), join_all(buyers));
            for answer in answers {
                assert!(
                    [200, 503].contains(&answer.status),
                    "{round}: {}",
                    answer.body
                );
                assert!(
                    ["", "UNAVAILABLE"].contains(&answer.code()),
                    "{}",
                    answer.body
                );
            }
        }
        let purchase = mei.subscribe("pro").await;
        let attempt = mei.begin_payment(&purchase, "CREDIT_CARD").await;
        let answer = shop
            .post("/ecpay/notify", body(&paid(&attempt.trade_no, 899)))
            .await;
        assert_eq!(answer, (200, "1|OK".to_owned()));
    })
    .await;
}

#[tokio::test]
async fn when_every_connection_waits_the_others_are_told_so_and_none_is_lost() {
    run(Engine::Postgres, &[], async |shop: Shop| {
        let mei = shop.mei().await;
        let purchase = mei.subscribe("pro").await;
        let attempt = mei.begin_payment(&purchase, "CREDIT_CARD").await;
        let notice = body(&paid(&attempt.trade_no, 899));
        let held = shop.database.hold_writes().await;
        let callbacks = (0..40).map(|_| shop.post("/ecpay/notify", notice.clone()));
        for answer in join_all(callbacks).await {
            assert_eq!(answer, (503, "0|Try again later".to_owned()));
        }
        held.rollback().await.unwrap();
        let busy = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
                    AND application_name = 'fabrica' AND state LIKE 'idle in transaction%'";
        let cluster = &shop.database;
        crate::kit::wait::eventually("no transaction is left open", async || {
            (cluster.number(busy).await == 0).then_some(())
        })
        .await;
        let connections = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
                           AND application_name = 'fabrica'";
        assert!(cluster.number(connections).await <= 16);
        assert_eq!(shop.post("/ecpay/notify", notice).await, (200, "1|OK".to_owned()));
    })
    .await;
}
