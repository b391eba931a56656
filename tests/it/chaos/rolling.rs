//! A new version is rolled out: each server goes with SIGTERM and comes again, while customers watch and pay.

use std::{
    net::Ipv4Addr,
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use futures_util::{StreamExt, stream};
use serde_json::json;
use tokio::{sync::watch, task::JoinSet};
use tokio_util::sync::CancellationToken;

use super::{
    cluster::Cluster,
    number,
    orders::Fate,
    shopper::{Bought, Road},
    watcher::{Seen, Watcher},
};
use crate::kit::{client::Client, customer::new_key};

const SETTINGS: [&str; 4] = [
    "FABRICA_RATE_PER_MINUTE=0",
    "FABRICA_RATE_PER_HOUR=0",
    "FABRICA_RATE_AUTH_PER_MINUTE=0",
    "FABRICA_RATE_COST_PER_MINUTE=0",
];

/// As many as one person and one address may have.
const OF_A_PERSON: usize = 10;
const OF_AN_ADDRESS: usize = 50;

const PAID: Fate = Fate::Paid {
    copies: 1,
    again: false,
    failure: None,
};

/// People with an order each, not paid yet.
async fn people(road: &Road, count: usize) -> Vec<(Client, Bought)> {
    let plan = road.guest().plan("lifetime").await;
    let plan = &plan;
    let ways = (0..count).map(|number| async move {
        let client = road.guest().register(&format!("watcher{number}")).await;
        let bought = road.buy(&client, plan).await;
        (client, bought)
    });
    stream::iter(ways).buffer_unordered(4).collect().await
}

/// Asks and writes until it is told to stop; how many requests were sent. Not one may fail.
async fn light_load(road: &Road, somebody: &Client, stop: CancellationToken) -> u64 {
    let sent = AtomicU64::new(0);
    let read = json!({ "query": "{ plans(first: 3) { nodes { name } } }" });
    let write = json!({
        "query": "mutation($input: CreateOrderInput!) { createOrder(input: $input) { errors { code } } }",
        "variables": { "input": {
            "planId": somebody.plan("lifetime").await, "quantity": 1, "idempotencyKey": new_key(),
        } },
    });
    let documents = [read, write];
    let all = |number: usize| {
        let (sent, stop, document) = (&sent, &stop, &documents[number]);
        async move {
            while !stop.is_cancelled() {
                let request = road.http.post(format!("{}/graphql", road.url));
                let request = request.bearer_auth(somebody.token());
                let answer = request.json(document).send().await.unwrap();
                let status = answer.status().as_u16();
                let said = answer.text().await.unwrap();
                assert_eq!(status, 200, "a request was lost: {said}");
                sent.fetch_add(1, Ordering::Relaxed);
            }
        }
    };
    tokio::join!(all(0), all(1));
    sent.load(Ordering::Relaxed)
}

/// Each server goes and comes again; a third of the orders is paid as each goes, without a single second try.
async fn roll(cluster: &Cluster, road: &Road, people: &[(Client, Bought)]) {
    for (server, share) in ["1", "2", "3"]
        .iter()
        .zip(people.chunks(people.len().div_ceil(3)))
    {
        let paying = async {
            for (_, bought) in share {
                road.tell(bought, PAID).await;
            }
        };
        tokio::join!(cluster.stop(server), paying);
        cluster.start(server).await;
    }
    assert_eq!(road.counts.tried_again.load(Ordering::Relaxed), 0);
}

/// All watch, from as many addresses as they need.
async fn watching(road: &Road, people: &[(Client, Bought)], sockets: usize) -> JoinSet<Seen> {
    let (count, mut counted) = watch::channel(0);
    let mut all = JoinSet::new();
    for number in 0..sockets {
        let (client, bought) = &people[number / OF_A_PERSON];
        let address = u8::try_from(2 + number / OF_AN_ADDRESS).unwrap();
        let watcher = Watcher {
            url: road.url.clone(),
            token: client.token().to_owned(),
            order_id: bought.purchase.order_id.clone(),
            source: Ipv4Addr::new(127, 0, 0, address),
        };
        all.spawn(watcher.until_completed(count.clone()));
        // Not all at the door at once.
        counted
            .wait_for(|count| *count + 50 > number)
            .await
            .unwrap();
    }
    counted.wait_for(|count| *count == sockets).await.unwrap();
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rolling_restart_loses_no_request_and_no_socket_misses_the_end_on_postgres() {
    let sockets = usize::try_from(number("CHAOS_SOCKETS", 500)).unwrap();
    let cluster = Cluster::up(&SETTINGS).await;
    let road = Road::new(&cluster.url);
    let people = people(&road, sockets.div_ceil(OF_A_PERSON)).await;
    let mut all = watching(&road, &people, sockets).await;
    eprintln!("{sockets} sockets watch");

    let began = Instant::now();
    let stop = CancellationToken::new();
    let (requests, ()) = tokio::join!(light_load(&road, &people[0].0, stop.clone()), async {
        roll(&cluster, &road, &people).await;
        stop.cancel();
    });
    let took = began.elapsed();

    let mut sent_elsewhere = 0;
    let mut broken = 0;
    let everybody = async {
        while let Some(seen) = all.join_next().await {
            let seen = seen.unwrap();
            let mut sorted = seen.versions.clone();
            sorted.sort_unstable();
            assert_eq!(seen.versions, sorted, "no order went backwards");
            sent_elsewhere += seen.sent_elsewhere;
            broken += seen.broken;
        }
    };
    let ended = tokio::time::timeout(Duration::from_secs(30), everybody).await;
    assert!(ended.is_ok(), "somebody never saw the end");
    eprintln!(
        "{took:?}: {requests} requests, none lost; sockets sent elsewhere {sent_elsewhere} times, broken {broken}"
    );
    assert_eq!(broken, 0, "every socket is told why it is closed");
}
