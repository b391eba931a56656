//! What replicas tell each other through Redis, and what they do without it.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::kit::{Engine, Said, Shop, live::Live, redis, run, wait::eventually};

/// Sooner than anybody would look by themselves, which they do every five seconds.
const AT_ONCE: Duration = Duration::from_secs(2);

async fn on_postgres<F>(
    redis_url: &str,
    settings: &[(&str, &str)],
    scenario: impl FnOnce(Shop) -> F,
) where
    F: Future<Output = ()>,
{
    let redis = [("REDIS_URL", redis_url), ("FABRICA_REPLICAS", "2")];
    let settings = [&redis[..], settings].concat();
    run(Engine::Postgres, &settings, scenario).await;
}

async fn hears_replicas(shop: &Shop, url: &str, hears: bool) {
    eventually(&format!("{url} hears replicas: {hears}"), async || {
        let parts = shop.parts(url).await;
        (parts["live"]["hearsReplicas"] == hears).then_some(())
    })
    .await;
}

#[tokio::test]
async fn what_happens_at_one_replica_is_seen_at_another_at_once_with_redis_on_postgres() {
    on_postgres(&redis::shared(), &[], async |shop| {
        let replica = shop.replica().await;
        for url in [&shop.url, &replica.url] {
            hears_replicas(&shop, url, true).await;
        }
        // Given somebody who watches their order at one replica
        let mei = shop.mei().await;
        let purchase = mei.subscribe("pro").await;
        let mut live = Live::connect(&replica.url, mei.token()).await;
        live.watch(&purchase.order_id).await;
        assert_eq!(live.change().await.status, "PENDING");

        // When it moves at the other one
        mei.begin_payment(&purchase, "CREDIT_CARD").await;
        let moved = Instant::now();

        // Then it is seen, and not only when somebody looks
        assert_eq!(live.change().await.status, "PROCESSING");
        assert!(moved.elapsed() < AT_ONCE, "{:?}", moved.elapsed());
    })
    .await;
}

#[tokio::test]
async fn a_session_that_ended_at_one_replica_ends_at_another_at_once_with_redis_on_postgres() {
    on_postgres(&redis::shared(), &[], async |shop| {
        let replica = shop.replica().await;
        hears_replicas(&shop, &replica.url, true).await;
        let mei = shop.mei().await;
        let purchase = mei.subscribe("pro").await;
        let mut live = Live::connect(&replica.url, mei.token()).await;
        live.watch(&purchase.order_id).await;
        assert_eq!(live.change().await.status, "PENDING");

        let other_device = shop.mei().await;
        let everywhere = "mutation { logOutEverywhere { endedSessions } }";
        other_device.ask(everywhere, json!({})).await;
        let ended = Instant::now();

        assert_eq!(live.next().await, Said::Closed(4403));
        assert!(ended.elapsed() < AT_ONCE, "{:?}", ended.elapsed());
    })
    .await;
}

/// How many documents in a row are answered before one is refused, asked of these servers in turn.
async fn answered_before_refused(shop: &Shop, urls: &[&String]) -> usize {
    for (count, url) in urls.iter().cycle().enumerate() {
        let request = shop.http.post(format!("{url}/graphql"));
        let answer = request.json(&json!({ "query": "{ __typename }" })).send();
        match answer.await.unwrap().status().as_u16() {
            200 => {}
            429 => return count,
            other => panic!("{url} answered {other}"),
        }
    }
    0
}

#[tokio::test]
async fn a_share_is_one_at_all_replicas_and_divided_without_redis_with_redis_on_postgres() {
    let mut own = redis::Redis::start().await;
    let url = own.url();
    // In an hour, so that nothing comes back while the test runs.
    let rates = [
        ("FABRICA_RATE_PER_MINUTE", "0"),
        ("FABRICA_RATE_PER_HOUR", "20"),
    ];
    on_postgres(&url, &rates, async |shop| {
        let replica = shop.replica().await;
        let both = [&shop.url, &replica.url];
        // While Redis counts, a share is used up wherever one asks
        assert_eq!(answered_before_refused(&shop, &both).await, 20);
        assert_eq!(answered_before_refused(&shop, &both[1..]).await, 0);
        // and nothing in it tells whose it is
        let names = own.keys();
        assert!(!names.is_empty());
        assert!(
            names.iter().all(|name| !name.contains("127.0.0.1")),
            "{names:?}"
        );

        // When it is gone, each replica gives its part, and nobody sees an error
        own.kill();
        for url in both {
            assert_eq!(answered_before_refused(&shop, &[url]).await, 10, "{url}");
            let parts = shop.parts(url).await;
            assert_eq!(parts["redis"]["status"], "degraded");
        }

        // When it is back, it counts again
        own.start_again().await;
        eventually("Redis counts again", async || {
            let answered = answered_before_refused(&shop, &both).await;
            (answered > 0).then_some(answered)
        })
        .await;
        let names = own.keys();
        assert!(!names.is_empty());
    })
    .await;
}

#[tokio::test]
async fn live_answers_go_on_without_redis_and_catch_up_with_redis_on_postgres() {
    let mut own = redis::Redis::start().await;
    let url = own.url();
    on_postgres(&url, &[], async |shop| {
        let replica = shop.replica().await;
        hears_replicas(&shop, &replica.url, true).await;
        let mei = shop.mei().await;
        let purchase = mei.subscribe("pro").await;
        let mut live = Live::connect(&replica.url, mei.token()).await;
        live.watch(&purchase.order_id).await;
        assert_eq!(live.change().await.status, "PENDING");

        // While Redis is away, a move is seen as soon as somebody looks, and the socket stays
        own.kill();
        hears_replicas(&shop, &replica.url, false).await;
        mei.begin_payment(&purchase, "CREDIT_CARD").await;
        let moved = Instant::now();
        assert_eq!(live.change().await.status, "PROCESSING");
        assert!(
            moved.elapsed() < Duration::from_secs(7),
            "{:?}",
            moved.elapsed()
        );

        // When it is back, moves come at once again
        own.start_again().await;
        for url in [&shop.url, &replica.url] {
            hears_replicas(&shop, url, true).await;
        }
        let input = json!({ "orderId": purchase.order_id, "idempotencyKey": "no-thanks" });
        mei.mutate("cancelOrder", "order { status }", input).await;
        let moved = Instant::now();
        assert_eq!(live.change().await.status, "CANCELLED");
        assert!(moved.elapsed() < AT_ONCE, "{:?}", moved.elapsed());
    })
    .await;
}
