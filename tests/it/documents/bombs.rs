//! Fragments that spread each other: refused at once, and unnoticed by all others.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::json;

use crate::kit::{Engine, Shop, client::Client, run};

/// Fragments of which each spreads the next one `width` times.
pub fn bomb(width: usize, depth: usize) -> String {
    let fragment = |level: usize| {
        let spread = format!("...F{} ", level + 1);
        format!("fragment F{level} on Query {{ {}}}", spread.repeat(width))
    };
    let fragments: String = (0..depth).map(fragment).collect();
    format!("{{ ...F0 }} {fragments} fragment F{depth} on Query {{ serverVersion }}")
}

/// The longest of a hundred answers, one after the other.
async fn slowest(client: &Client) -> Duration {
    let mut slowest = Duration::ZERO;
    for _ in 0..100 {
        let asked = Instant::now();
        client
            .ask("{ plans(first: 1) { nodes { slug } } }", json!({}))
            .await;
        slowest = slowest.max(asked.elapsed());
    }
    slowest
}

async fn others_do_not_notice(shop: Shop) {
    let guest = shop.guest();
    let alone = slowest(&guest).await;
    let bombs = async {
        for _ in 0..50 {
            let four = [bomb(2, 30), bomb(20, 7), bomb(2, 22), bomb(20, 6)];
            let sent = four.iter().map(|document| guest.send(document, json!({})));
            for answer in join_all(sent).await {
                assert_eq!(answer.code(), "QUERY_TOO_COMPLEX");
            }
        }
    };
    let (together, ()) = tokio::join!(slowest(&guest), bombs);
    // A busy machine may be slow at any time; without the guard one of these bombs takes longer than all this.
    let most = Duration::from_secs(1).max(alone * 4);
    assert!(together < most, "{together:?}, and {alone:?} without");
}

#[tokio::test]
async fn two_hundred_bombs_are_refused_beside_normal_traffic() {
    let unbounded = [
        ("FABRICA_RATE_PER_MINUTE", "0"),
        ("FABRICA_RATE_PER_HOUR", "0"),
    ];
    run(Engine::Sqlite, &unbounded, others_do_not_notice).await;
}
