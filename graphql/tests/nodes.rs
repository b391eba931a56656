//! `node` and `nodes`: every row by its id, and only to those who may see it.

use crate::kit::{House, Person, on_each_engine};
use crate::scene;
use async_graphql::{Request, Variables};
use domain::{base::Op, plans};
use entity::{
    id::{InvoiceId, OrderId, PaymentId, PlanId, SubscriptionId, UserId},
    payments::PaymentMethod,
};
use graphql::{Options, attach, build_schema, subgraph};
use serde_json::{Value, json};

const NODE: &str = "query($id: ID!) { node(id: $id) { __typename id } }";
const NODES: &str = "query($ids: [ID!]!) { list: nodes(ids: $ids) { __typename id } }";

/// The whole answer, as a client reads it.
async fn send(op: &Op, document: &str, variables: Value) -> Value {
    let schema = build_schema(&Options {
        introspection: false,
        ..Options::default()
    });
    let request = Request::new(document).variables(Variables::from_json(variables));
    let response = schema.execute(attach(request, op.clone())).await;
    serde_json::to_value(response).unwrap()
}

/// A row of each kind with its type, all of this customer but the plan, which is on sale.
async fn one_of_each(house: &House, owner: &Person) -> Vec<(&'static str, String)> {
    let plan = scene::monthly(house).await;
    let (subscription, order) = scene::subscribe(owner, &plan, "k1").await.unwrap();
    let payment = scene::begin(owner, order.id, PaymentMethod::CreditCard, "k2")
        .await
        .unwrap();
    scene::hear(house, &scene::paid(&payment, house.now()))
        .await
        .unwrap();
    let invoice = scene::invoices(house).await.remove(0);
    let refund = Box::pin(scene::refunded_by_hand(house, &payment)).await;
    vec![
        ("Plan", plan.id.to_string()),
        ("User", owner.user.id.to_string()),
        ("PlanSubscription", subscription.id.to_string()),
        ("Order", order.id.to_string()),
        ("Payment", payment.id.to_string()),
        ("Invoice", invoice.id.to_string()),
        ("Refund", refund.id.to_string()),
    ]
}

/// Ids of which nobody can know anything: of no row, of a kind that is not had by id, and no ids at all.
fn of_nothing() -> Vec<String> {
    let chance = uuid::Uuid::from_u128(0x0190_d3b4_c5d6_7e8f_9a0b_1c2d_3e4f_5a6b);
    let mut ids = vec![
        UserId(chance).to_string(),
        PlanId(chance).to_string(),
        SubscriptionId(chance).to_string(),
        OrderId(chance).to_string(),
        PaymentId(chance).to_string(),
        InvoiceId(chance).to_string(),
    ];
    let order = OrderId(chance).to_string();
    ids.extend([
        order.replace("ord_", "ses_"),
        order.replace("ord_", "xyz_"),
        order.to_uppercase(),
        "ord_1".to_owned(),
        String::new(),
        "' or 1=1 --".to_owned(),
        "_".repeat(10_000),
    ]);
    ids
}

#[tokio::test(flavor = "multi_thread")]
async fn owners_and_staff_find_each_kind_by_its_id() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let staff = house.staff("staff").await;
        for (kind, id) in one_of_each(&house, &mei).await {
            for op in [&mei.op, &staff.op] {
                let answer = send(op, NODE, json!({ "id": id })).await;
                let expected = json!({ "data": { "node": { "__typename": kind, "id": id } } });
                assert_eq!(answer, expected);
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_somebody_else_s_and_what_is_nowhere_look_the_same() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let other = house.customer("other").await;
        let rows = one_of_each(&house, &mei).await;
        let mut hidden: Vec<String> = rows.iter().skip(1).map(|(_, id)| id.clone()).collect();
        hidden.extend(of_nothing());
        let first = send(&other.op, NODE, json!({ "id": hidden[0] })).await;
        assert_eq!(first["data"], json!({ "node": null }));
        let [error] = &first["errors"].as_array().unwrap()[..] else {
            panic!("one error: {first}")
        };
        assert_eq!(error["extensions"]["code"], "NOT_FOUND");
        assert_eq!(error["path"], json!(["node"]));
        for id in hidden {
            for op in [&other.op, &house.nobody()] {
                let answer = send(op, NODE, json!({ "id": id })).await;
                assert_eq!(answer, first, "{id}");
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_is_not_on_sale_is_staff_s_alone() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let staff = house.staff("staff").await;
        let plan = scene::monthly(&house).await;
        let id = json!({ "id": plan.id.to_string() });
        for op in [&house.nobody(), &mei.op, &staff.op] {
            let answer = send(op, NODE, id.clone()).await;
            assert_eq!(answer["data"]["node"]["__typename"], "Plan", "{answer}");
        }
        plans::archive_plan(&staff.op, plan.id).await.unwrap();
        for (op, expected) in [
            (&house.nobody(), Value::Null),
            (&mei.op, Value::Null),
            (&staff.op, json!("Plan")),
        ] {
            let answer = send(op, NODE, id.clone()).await;
            assert_eq!(answer["data"]["node"]["__typename"], expected, "{answer}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_are_answered_in_the_order_of_their_ids_with_a_place_for_each_that_is_missing() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let other = house.customer("other").await;
        let rows = one_of_each(&house, &mei).await;
        let (_, plan) = &rows[0];
        let (_, order) = &rows[3];
        let ids = json!([order, "ord_1", plan, other.user.id.to_string(), order]);
        let answer = send(&mei.op, NODES, json!({ "ids": ids })).await;
        let order = json!({ "__typename": "Order", "id": order });
        let plan = json!({ "__typename": "Plan", "id": plan });
        assert_eq!(
            answer["data"]["list"],
            json!([order, null, plan, null, order])
        );
        let errors: Vec<_> = answer["errors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|error| (error["path"].clone(), error["extensions"]["code"].clone()))
            .collect();
        let expected = [1, 3].map(|place| (json!(["list", place]), json!("NOT_FOUND")));
        assert_eq!(errors, expected);

        // Of many that are missing, the first ten are told
        let answer = send(&mei.op, NODES, json!({ "ids": vec!["ord_1"; 100] })).await;
        assert_eq!(answer["data"]["list"], json!(vec![Value::Null; 100]));
        assert_eq!(answer["errors"].as_array().unwrap().len(), 10);

        let none = send(&mei.op, NODES, json!({ "ids": [] })).await;
        assert_eq!(none, json!({ "data": { "list": [] } }));
        let many = vec!["ord_1"; 101];
        let answer = send(&mei.op, NODES, json!({ "ids": many })).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_router_finds_each_kind_by_its_id_and_no_more_than_its_caller_may_see() {
    const ENTITIES: &str = "query($those: [_Any!]!) { _entities(representations: $those) { __typename ... on Node { id } } }";
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let other = house.customer("other").await;
        let rows = one_of_each(&house, &mei).await;
        let schema = subgraph::build_schema(&Options::default());
        let ask = async |op: &Op, those: &[(&str, String)]| {
            let those: Vec<_> = those
                .iter()
                .map(|(kind, id)| json!({ "__typename": kind, "id": id }))
                .collect();
            let variables = Variables::from_json(json!({ "those": those }));
            let request = attach(Request::new(ENTITIES).variables(variables), op.clone());
            serde_json::to_value(schema.execute(request).await).unwrap()
        };
        let row = |(kind, id): &(&str, String)| json!({ "__typename": kind, "id": id });
        let all: Vec<_> = rows.iter().map(row).collect();
        assert_eq!(
            ask(&mei.op, &rows).await,
            json!({ "data": { "_entities": all } })
        );
        // Somebody else sees the plan alone, and is told of each of the others that it is not there.
        let answer = ask(&other.op, &rows).await;
        assert_eq!(answer["data"]["_entities"][0]["__typename"], "Plan");
        for (place, error) in answer["errors"].as_array().unwrap().iter().enumerate() {
            assert!(answer["data"]["_entities"][place + 1].is_null());
            assert_eq!(error["path"], json!(["_entities", place + 1]));
            assert_eq!(error["extensions"]["code"], "NOT_FOUND");
        }
        // An id under another kind's name is nothing, and neither is what has no id.
        let order = rows[3].1.clone();
        let answer = ask(&mei.op, &[("Invoice", order)]).await;
        assert_eq!(answer["data"]["_entities"], json!([null]));
    })
    .await;
}

#[tokio::test]
async fn a_subgraph_tells_what_is_known_by_its_id_and_the_usual_schema_knows_no_routers() {
    crate::kit::on_sqlite_in_memory(|house| async move {
        let request = attach(Request::new("{ _service { sdl } }"), house.nobody());
        let answer = subgraph::build_schema(&Options::default())
            .execute(request)
            .await;
        assert!(answer.errors.is_empty(), "{:?}", answer.errors);
        let answer = answer.data.into_json().unwrap();
        let sdl = answer["_service"]["sdl"].as_str().unwrap();
        let kinds = sdl.matches(" implements Node @key(fields: \"id\") {");
        assert_eq!(kinds.count(), 7);
        assert!(!sdl.contains(" implements Node {"));
        let usual = send(&house.nobody(), "{ _service { sdl } }", json!({})).await;
        assert_eq!(
            usual["errors"][0]["extensions"]["code"],
            "GRAPHQL_VALIDATION_FAILED"
        );
    })
    .await;
}
