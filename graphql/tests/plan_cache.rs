//! The shop's window is kept, is exact, and decides nothing.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use async_graphql::{Request, Variables};
use domain::{
    base::Op,
    plans::{PlanChanges, archive_plan, update_plan},
};
use entity::plans::{BillingCycle, plan};
use graphql::{Options, Schema, attach, build_schema, plans::PlanCache};
use serde_json::{Value, json};

use crate::{
    kit::{House, Person, on_each_engine},
    scene,
};

const WINDOW: &str = "{ plans(first: 20) { totalCount pageInfo { hasNextPage } nodes {
    slug name price { amount } billingCycle features versions { number } currentVersion { number }
} } }";
const BY_SLUG: &str = r#"{ plan(by: { slug: "pro" }) { slug price { amount } } }"#;
const PRICES: &str = "{ plans { nodes { slug price { amount } } } }";

/// Statements that ended. One test counts them at a time, in a house of its own.
static STATEMENTS: AtomicUsize = AtomicUsize::new(0);

/// A server in a house where every poke arrives.
struct Shop {
    house: House,
    schema: Schema,
    staff: Person,
    pro: plan::Model,
}

impl Shop {
    async fn open(house: House) -> Self {
        house.app.hub.set_hears_replicas(true);
        let schema = build_schema(&Options {
            plan_cache: Some(Arc::new(PlanCache::new(&house.app.hub))),
            ..Options::default()
        });
        let pro = scene::monthly(&house).await;
        let staff = house.staff("boss").await;
        Self {
            house,
            schema,
            staff,
            pro,
        }
    }

    async fn ask(&self, op: Op, document: &str, variables: Value) -> Value {
        let request = Request::new(document).variables(Variables::from_json(variables));
        let response = self.schema.execute(attach(request, op)).await;
        assert!(response.errors.is_empty(), "{:?}", response.errors);
        response.data.into_json().unwrap()
    }

    async fn anybody_asks(&self, document: &str) -> Value {
        self.ask(self.house.nobody(), document, json!({})).await
    }

    /// What anybody sees: each plan and its price.
    async fn window(&self) -> Vec<(String, String)> {
        prices(&self.anybody_asks(PRICES).await)
    }

    async fn reprice(&self, minor: i64) {
        reprice(&self.staff.op, &self.pro, minor).await;
    }

    /// Changes the price on another replica, from where no poke arrives.
    async fn reprice_unheard(&self, minor: i64) {
        let other = House::on(self.house.app.database.clone());
        // Its dice fall alike; another hour makes other ids of them.
        other.wait(chrono::Duration::hours(1));
        reprice(&other.job(), &self.pro, minor).await;
    }
}

async fn reprice(op: &Op, plan: &plan::Model, minor: i64) {
    let changes = PlanChanges {
        price: Some(scene::twd(minor)),
        ..PlanChanges::default()
    };
    update_plan(op, plan.id, changes).await.unwrap();
}

fn prices(answer: &Value) -> Vec<(String, String)> {
    let nodes = answer["plans"]["nodes"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut prices: Vec<_> = nodes
        .iter()
        .map(|node| (text(&node["slug"]), text(&node["price"]["amount"])))
        .collect();
    prices.sort();
    prices
}

fn shown(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs
        .iter()
        .map(|(slug, price)| ((*slug).to_owned(), (*price).to_owned()))
        .collect()
}

#[tokio::test]
async fn who_looks_a_second_time_costs_no_statement() {
    on_each_engine(|mut house| async move {
        let app = Arc::get_mut(&mut house.app).unwrap();
        app.database.on_statement(|_| {
            STATEMENTS.fetch_add(1, Ordering::Relaxed);
        });
        let shop = Shop::open(house).await;
        let mei = shop.house.customer("mei").await;
        for document in [WINDOW, BY_SLUG] {
            // Given that somebody has looked
            let before = STATEMENTS.load(Ordering::Relaxed);
            let first = shop.anybody_asks(document).await;
            let cost = STATEMENTS.load(Ordering::Relaxed);
            assert!(cost > before, "the first reads the database");

            // When others look, logged in or not
            let second = shop.anybody_asks(document).await;
            let hers = shop.ask(mei.op.clone(), document, json!({})).await;

            // Then they see the same, and the database is not asked
            assert_eq!([&second, &hers], [&first, &first]);
            assert_eq!(STATEMENTS.load(Ordering::Relaxed), cost, "{document}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_changed_is_seen_by_the_next_who_looks() {
    on_each_engine(|house| async move {
        let shop = Shop::open(house).await;
        assert_eq!(shop.window().await, shown(&[("pro", "899")]));
        shop.anybody_asks(BY_SLUG).await;

        // Another price
        shop.reprice(999).await;
        assert_eq!(shop.window().await, shown(&[("pro", "999")]));
        let by_slug = shop.anybody_asks(BY_SLUG).await;
        assert_eq!(by_slug["plan"]["price"]["amount"], "999");

        // Another plan, which was not there when somebody asked for it
        let max = r#"{ plan(by: { slug: "max" }) { slug } }"#;
        assert_eq!(shop.anybody_asks(max).await, json!({ "plan": null }));
        let made = scene::plan(&shop.house, "max", 1999, BillingCycle::Yearly).await;
        let both = shown(&[("max", "1999"), ("pro", "999")]);
        assert_eq!(shop.window().await, both);
        assert_eq!(shop.anybody_asks(max).await["plan"]["slug"], "max");

        // One plan less
        archive_plan(&shop.staff.op, made.id).await.unwrap();
        assert_eq!(shop.window().await, shown(&[("pro", "999")]));
        assert_eq!(shop.anybody_asks(max).await, json!({ "plan": null }));
    })
    .await;
}

#[tokio::test]
async fn staff_see_what_is_not_sold_and_nobody_else_does_for_it() {
    on_each_engine(|house| async move {
        let shop = Shop::open(house).await;
        archive_plan(&shop.staff.op, shop.pro.id).await.unwrap();
        for _ in 0..2 {
            let staff_s = shop.ask(shop.staff.op.clone(), PRICES, json!({})).await;
            assert_eq!(prices(&staff_s), shown(&[("pro", "899")]));
            assert_eq!(shop.window().await, shown(&[]));
        }
    })
    .await;
}

#[tokio::test]
async fn staff_and_money_read_the_database_whatever_is_shown() {
    on_each_engine(|house| async move {
        let shop = Shop::open(house).await;
        let mei = shop.house.customer("mei").await;
        assert_eq!(shop.window().await, shown(&[("pro", "899")]));

        // When the price changes and nobody hears of it
        shop.reprice_unheard(1299).await;
        assert_eq!(
            shop.window().await,
            shown(&[("pro", "899")]),
            "this is what is kept"
        );

        // Then staff see it at once,
        let staff_s = shop.ask(shop.staff.op.clone(), PRICES, json!({})).await;
        assert_eq!(prices(&staff_s), shown(&[("pro", "1299")]));
        // and whoever subscribes is charged it
        let subscribe =
            "mutation($input: CreateSubscriptionInput!) { createSubscription(input: $input) {
            order { total { amount } } errors { code }
        } }";
        let input = json!({ "planId": shop.pro.id.to_string(), "idempotencyKey": "a".repeat(32) });
        let bought = shop
            .ask(mei.op.clone(), subscribe, json!({ "input": input }))
            .await;
        let order = &bought["createSubscription"]["order"];
        assert_eq!(order["total"]["amount"], "1299", "{bought}");

        // When pokes may have been missed, everybody looks again
        shop.house.app.hub.set_hears_replicas(true);
        assert_eq!(shop.window().await, shown(&[("pro", "1299")]));
    })
    .await;
}
