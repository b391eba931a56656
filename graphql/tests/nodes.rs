//! `node` and `nodes`: every row by its id, and only to those who may see it.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking; clippy does not see that these functions are of tests"
)]

#[path = "../../domain/tests/kit/mod.rs"]
mod kit;

use async_graphql::{Request, Variables};
use domain::{
    base::Op,
    flows::{self, BeginPayment},
};
use entity::{id::OrderId, payments::PaymentMethod};
use graphql::{Options, attach, build_schema};
use kit::{House, Person, on_each_engine};
use serde_json::{Value, json};

const NODE: &str = "query($id: ID!) { node(id: $id) { __typename id } }";
const NODES: &str = "query($ids: [ID!]!) { list: nodes(ids: $ids) { __typename id } }";

/// The whole answer, as a client reads it.
async fn send(op: &Op, document: &str, variables: Value) -> Value {
    let schema = build_schema(Options {
        introspection: false,
    });
    let request = Request::new(document).variables(Variables::from_json(variables));
    let response = schema.execute(attach(request, op.clone())).await;
    serde_json::to_value(response).unwrap()
}

/// A row of each kind, all of this customer but the plan: `(type name, id)`.
async fn one_of_each(house: &House, staff: &Op, owner: &Person) -> Vec<(&'static str, String)> {
    let create = "mutation($input: CreatePlanInput!) { createPlan(input: $input) { plan { id } errors { message } } }";
    let terms = |slug: &str, amount: &str| {
        json!({ "input": {
            "name": slug, "slug": slug, "price": { "amount": amount, "currency": "TWD" },
            "billingCycle": "MONTHLY",
        } })
    };
    let made = send(staff, create, terms("team", "1280")).await;
    let plan = made["data"]["createPlan"]["plan"]["id"].clone();
    assert!(plan.is_string(), "{made}");

    let subscribe = "mutation($input: CreateSubscriptionInput!) { createSubscription(input: $input) {
        subscription { id } order { id } errors { message }
    } }";
    let input = json!({ "input": { "planId": plan, "idempotencyKey": "one of each" } });
    let made = send(&owner.op, subscribe, input).await;
    let made = &made["data"]["createSubscription"];
    let (subscription, order) = (&made["subscription"]["id"], &made["order"]["id"]);
    let order_id: OrderId = order.as_str().unwrap().parse().unwrap();
    let begin = BeginPayment {
        order_id,
        method: PaymentMethod::CreditCard,
    };
    let payment = flows::begin_payment(&owner.op, begin, "pay").await.unwrap();
    let invoice = invoice_of(house, owner, order_id).await;
    [
        ("User", json!(owner.user.id.to_string())),
        ("Plan", plan),
        ("PlanSubscription", subscription.clone()),
        ("Order", order.clone()),
        ("Payment", json!(payment.payment.id.to_string())),
        ("Invoice", json!(invoice)),
    ]
    .map(|(kind, id)| (kind, id.as_str().unwrap().to_owned()))
    .to_vec()
}
