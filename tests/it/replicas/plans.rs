//! Plans are kept by each replica, and what staff change at one is seen at the others.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::kit::{Engine, Shop, client::Client, redis, run, wait::eventually};

const WINDOW: &str = "{ plans(first: 50) { nodes { slug price { amount } } } }";
/// Sooner than what is kept is too old by itself, which it is after five seconds.
const AT_ONCE: Duration = Duration::from_secs(2);
/// How old what is kept can be at most.
const MOST_AGE: Duration = Duration::from_secs(5);

/// A server, as somebody without a log-in and as staff see it.
struct Counter {
    guest: Client,
    staff: Client,
}

impl Counter {
    async fn of(shop: &Shop, url: &str) -> Self {
        let guest = Client::new(shop.http.clone(), url.to_owned());
        let staff = guest.with_token(shop.demo("staff").await.token());
        Self { guest, staff }
    }

    /// What is shown for `slug`: its price, or nothing.
    async fn price(client: &Client, slug: &str) -> Option<String> {
        let answer = client.ask(WINDOW, json!({})).await;
        let nodes = answer["plans"]["nodes"].as_array().unwrap();
        let plan = nodes.iter().find(|node| node["slug"] == slug)?;
        plan["price"]["amount"].as_str().map(str::to_owned)
    }

    /// Waits until guests see this price, or none; how long it took.
    async fn shows(&self, slug: &str, price: Option<&str>) -> Duration {
        let began = Instant::now();
        eventually(&format!("{slug} for {price:?}"), async || {
            let shown = Self::price(&self.guest, slug).await;
            (shown.as_deref() == price).then_some(())
        })
        .await;
        began.elapsed()
    }

    async fn hits(&self, shop: &Shop, url: &str) -> u64 {
        let answer = shop.http.get(format!("{url}/metrics")).send().await;
        let text = answer.unwrap().text().await.unwrap();
        let name = r#"plan_cache_total{result="hit"} "#;
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        line.map_or(0, |number| number.parse().unwrap())
    }
}

fn price(amount: &str) -> Value {
    json!({ "amount": amount, "currency": "TWD" })
}

/// Makes a plan, and answers its id.
async fn make(staff: &Client, slug: &str) -> Value {
    let input = json!({
        "slug": slug, "name": "Max", "price": price("1999"), "billingCycle": "MONTHLY",
    });
    let made = staff.mutate("createPlan", "plan { id }", input).await;
    made["plan"]["id"].clone()
}

async fn reprice(staff: &Client, plan: &Value, amount: &str) {
    let input = json!({ "planId": plan, "price": price(amount) });
    staff.mutate("updatePlan", "plan { id }", input).await;
}

async fn archive(staff: &Client, plan: &Value) {
    let input = json!({ "planId": plan });
    staff.mutate("archivePlan", "plan { id }", input).await;
}

#[tokio::test]
async fn what_staff_change_at_one_replica_is_shown_at_another_at_once_with_redis_on_postgres() {
    let url = redis::shared();
    let settings = [("REDIS_URL", url.as_str()), ("FABRICA_REPLICAS", "2")];
    run(Engine::Postgres, &settings, async |shop: Shop| {
        let replica = shop.replica().await;
        for url in [&shop.url, &replica.url] {
            eventually("the replica is heard", async || {
                let parts = shop.parts(url).await;
                (parts["live"]["hearsReplicas"] == true).then_some(())
            })
            .await;
        }
        let here = Counter::of(&shop, &shop.url).await;
        let there = Counter::of(&shop, &replica.url).await;

        // Given that guests look at both, and what they see is kept
        for counter in [&here, &there] {
            counter.shows("max", None).await;
        }
        let hits = there.hits(&shop, &replica.url).await;
        there.shows("max", None).await;
        assert!(there.hits(&shop, &replica.url).await > hits);

        // When staff change something here, the next guest here sees it, and soon those there too
        let plan = make(&here.staff, "max").await;
        assert_eq!(Counter::price(&here.guest, "max").await.unwrap(), "1999");
        assert!(there.shows("max", Some("1999")).await < AT_ONCE);

        reprice(&here.staff, &plan, "2999").await;
        assert_eq!(Counter::price(&here.guest, "max").await.unwrap(), "2999");
        assert!(there.shows("max", Some("2999")).await < AT_ONCE);

        archive(&here.staff, &plan).await;
        assert_eq!(Counter::price(&here.guest, "max").await, None);
        assert!(there.shows("max", None).await < AT_ONCE);
    })
    .await;
}

#[tokio::test]
async fn without_redis_what_staff_change_is_shown_within_five_seconds_on_postgres() {
    run(Engine::Postgres, &[], async |shop: Shop| {
        let replica = shop.replica().await;
        let here = Counter::of(&shop, &shop.url).await;
        let there = Counter::of(&shop, &replica.url).await;
        let plan = make(&here.staff, "max").await;
        there.shows("max", Some("1999")).await;

        for amount in ["2999", "3999"] {
            reprice(&here.staff, &plan, amount).await;
            // Staff see what they wrote wherever they ask, and guests where it was written
            assert_eq!(Counter::price(&there.staff, "max").await.unwrap(), amount);
            assert_eq!(Counter::price(&here.guest, "max").await.unwrap(), amount);
            // and guests elsewhere a little later.
            assert!(there.shows("max", Some(amount)).await < MOST_AGE);
        }
    })
    .await;
}
