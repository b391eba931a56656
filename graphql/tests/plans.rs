//! The plans room and the audit trail, seen by whoever sends documents.

use crate::kit::{House, on_each_engine};
use async_graphql::{Request, Variables};
use chrono::Duration;
use domain::base::{Actor, Op};
use entity::{
    id::{SessionId, UserId},
    users::Role,
};
use graphql::{Options, attach, build_schema};
use serde_json::{Value, json};
use uuid::Uuid;

const CREATE: &str = "mutation($input: CreatePlanInput!) { createPlan(input: $input) {
    plan { id slug version price { amount currency } }
    errors { code message path }
} }";

const UPDATE: &str = "mutation($input: UpdatePlanInput!) { updatePlan(input: $input) {
    plan { id version maxUsers price { amount } versions { number maxUsers price { amount } } }
    errors { code path }
} }";

const SLUGS: &str = "query($filter: PlanFilter, $sort: PlanSort, $first: Int, $after: String) {
    plans(filter: $filter, sort: $sort, first: $first, after: $after) {
        nodes { slug } totalCount pageInfo { hasNextPage endCursor }
    }
}";

/// The whole answer, as a client reads it.
async fn send(op: Op, document: &str, variables: Value) -> Value {
    let schema = build_schema(&Options {
        introspection: false,
        ..Options::default()
    });
    let request = Request::new(document).variables(Variables::from_json(variables));
    let response = schema.execute(attach(request, op)).await;
    serde_json::to_value(response).unwrap()
}

/// Somebody with this role, in the house.
fn op_of(house: &House, role: Role) -> Op {
    house.op(Actor::User {
        id: UserId(Uuid::from_u128(1)),
        role,
        session: SessionId(Uuid::from_u128(2)),
    })
}

fn pro() -> Value {
    json!({
        "slug": "pro",
        "name": "Pro",
        "price": { "amount": "899", "currency": "TWD" },
        "billingCycle": "MONTHLY",
        "features": ["Ten seats"],
        "maxUsers": 10,
    })
}

fn with(mut input: Value, changes: Value) -> Value {
    let changes = changes.as_object().unwrap().clone();
    input.as_object_mut().unwrap().extend(changes);
    json!({ "input": input })
}

/// Makes the plan, and answers its id.
async fn made(house: &House, changes: Value) -> String {
    let answer = send(op_of(house, Role::Staff), CREATE, with(pro(), changes)).await;
    assert_eq!(
        answer["data"]["createPlan"]["errors"],
        json!([]),
        "{answer}"
    );
    let plan = &answer["data"]["createPlan"]["plan"];
    plan["id"].as_str().unwrap().to_owned()
}

fn slugs(answer: &Value) -> Vec<&str> {
    let nodes = answer["data"]["plans"]["nodes"].as_array();
    let nodes = nodes.unwrap_or_else(|| panic!("{answer}"));
    nodes
        .iter()
        .filter_map(|node| node["slug"].as_str())
        .collect()
}

#[tokio::test]
async fn staff_make_a_plan_and_anybody_reads_it() {
    on_each_engine(|house| async move {
        let answer = send(op_of(&house, Role::Staff), CREATE, with(pro(), json!({}))).await;
        let plan = &answer["data"]["createPlan"]["plan"];
        assert_eq!(plan["price"], json!({ "amount": "899", "currency": "TWD" }), "{answer}");
        assert!(plan["id"].as_str().unwrap().starts_with("pln_"));

        let read = "query($by: PlanBy!) { plan(by: $by) {
            slug name description billingCycle features maxUsers maxStorageMb isActive isPopular sortOrder
            createdAt archivedAt price { amount currency } versions { number } currentVersion { number }
        } }";
        for by in [json!({ "slug": "pro" }), json!({ "id": plan["id"] })] {
            let answer = send(house.nobody(), read, json!({ "by": by })).await;
            let expected = json!({
                "slug": "pro", "name": "Pro", "description": "", "billingCycle": "MONTHLY",
                "features": ["Ten seats"], "maxUsers": 10, "maxStorageMb": null, "isActive": true,
                "isPopular": false, "sortOrder": 0, "createdAt": "2026-11-20T04:00:00+00:00",
                "archivedAt": null, "price": { "amount": "899", "currency": "TWD" },
                "versions": [{ "number": 1 }], "currentVersion": { "number": 1 },
            });
            assert_eq!(answer, json!({ "data": { "plan": expected } }));
        }
        let nobody_s = send(house.nobody(), read, json!({ "by": { "slug": "none" } })).await;
        assert_eq!(nobody_s, json!({ "data": { "plan": null } }));
    })
    .await;
}

#[tokio::test]
async fn a_plan_is_asked_for_by_exactly_one_key_of_the_right_kind() {
    on_each_engine(|house| async move {
        let read = "query($by: PlanBy!) { plan(by: $by) { slug } }";
        let order = "ord_01h455vb4pex5vsknk084sn02q";
        for by in [
            json!({}),
            json!({ "slug": "a", "id": order }),
            json!({ "slug": null }),
        ] {
            let answer = send(house.nobody(), read, json!({ "by": by })).await;
            let code = &answer["errors"][0]["extensions"]["code"];
            assert!(
                *code == "BAD_USER_INPUT" || *code == "GRAPHQL_VALIDATION_FAILED",
                "{by}: {answer}"
            );
        }
        let answer = send(house.nobody(), read, json!({ "by": { "id": order } })).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
        assert_eq!(answer["data"], json!({ "plan": null }));
    })
    .await;
}

#[tokio::test]
async fn a_customer_is_refused_and_the_audit_trail_says_so() {
    on_each_engine(|house| async move {
        let callers = [(op_of(&house, Role::Customer), "FORBIDDEN"), (house.nobody(), "UNAUTHENTICATED")];
        for (caller, refusal) in callers {
            house.wait(Duration::minutes(1));
            let answer = send(caller, CREATE, with(pro(), json!({}))).await;
            let error = &answer["errors"][0];
            assert_eq!(error["extensions"]["code"], refusal, "{answer}");
            assert_eq!(error["path"], json!(["createPlan"]));
        }
        let plans = send(op_of(&house, Role::Staff), SLUGS, json!({})).await;
        assert!(slugs(&plans).is_empty(), "nothing was made");

        let log = "{ auditLog(filter: { action: \"createPlan\", outcome: REFUSED }) {
            nodes { actor actorUserId action subject outcome code requestId origin details }
        } }";
        let answer = send(op_of(&house, Role::Admin), log, json!({})).await;
        let nodes = &answer["data"]["auditLog"]["nodes"];
        assert_eq!(nodes.as_array().map(Vec::len), Some(2), "{answer}");
        assert_eq!(nodes[0]["actor"], "anonymous", "newest first");
        let customer = op_of(&house, Role::Customer).actor().user_id().unwrap().to_string();
        let line = json!({
            "actor": "user", "actorUserId": customer, "action": "createPlan", "subject": null,
            "outcome": "REFUSED", "code": "FORBIDDEN", "requestId": "request-1", "origin": "graphql", "details": {},
        });
        assert_eq!(nodes[1], line);
        let peek = send(op_of(&house, Role::Customer), log, json!({})).await;
        assert_eq!(peek["errors"][0]["extensions"]["code"], "FORBIDDEN");
        assert_eq!(peek["data"], Value::Null);
    })
    .await;
}

#[tokio::test]
async fn the_audit_trail_tells_what_changed_as_json() {
    on_each_engine(|house| async move {
        let id = made(&house, json!({})).await;
        house.wait(Duration::minutes(1));
        let price = json!({ "price": { "amount": "999", "currency": "TWD" } });
        send(
            op_of(&house, Role::Staff),
            UPDATE,
            with(json!({ "planId": id }), price),
        )
        .await;
        let log = "query($filter: AuditLogFilter) { auditLog(first: 1, filter: $filter) {
            totalCount edges { cursor node { action subject details } } pageInfo { hasNextPage }
        } }";
        let filter = json!({ "filter": { "action": "plan.*", "subject": id } });
        let answer = send(op_of(&house, Role::Staff), log, filter).await;
        let log = &answer["data"]["auditLog"];
        assert_eq!(log["totalCount"], 2, "{answer}");
        assert_eq!(log["pageInfo"]["hasNextPage"], true);
        let node = &log["edges"][0]["node"];
        assert_eq!(
            (&node["action"], &node["subject"]),
            (&json!("plan.terms_changed"), &json!(id))
        );
        assert_eq!(
            node["details"]["price"],
            json!({ "minor": 999, "currency": "TWD" })
        );
    })
    .await;
}

#[tokio::test]
async fn money_is_text_with_the_currency_s_decimals_and_nothing_else() {
    on_each_engine(|house| async move {
        let unreadable = [
            json!(899),
            json!(8.99),
            json!("1e3"),
            json!("NaN"),
            json!(""),
            json!(" 899"),
            json!("1,000"),
            json!("８９９"),
            json!("0x10"),
            json!("0.00001"),
            json!(null),
        ];
        for amount in unreadable {
            let price = json!({ "price": { "amount": amount, "currency": "TWD" } });
            let answer = send(op_of(&house, Role::Staff), CREATE, with(pro(), price)).await;
            let code = &answer["errors"][0]["extensions"]["code"];
            assert!(
                *code == "BAD_USER_INPUT" || *code == "GRAPHQL_VALIDATION_FAILED",
                "{amount}: {answer}"
            );
        }
        let unsuitable = [
            ("899.5", "TWD", "MALFORMED"),
            ("8.999", "USD", "MALFORMED"),
            ("-1", "TWD", "OUT_OF_RANGE"),
            ("100000001", "TWD", "OUT_OF_RANGE"),
            ("1000000.01", "USD", "OUT_OF_RANGE"),
        ];
        for (amount, currency, code) in unsuitable {
            let price = json!({ "price": { "amount": amount, "currency": currency } });
            let answer = send(op_of(&house, Role::Staff), CREATE, with(pro(), price)).await;
            let payload = &answer["data"]["createPlan"];
            assert_eq!(payload["plan"], Value::Null, "{amount}: {answer}");
            assert_eq!(payload["errors"][0]["code"], code, "{amount}");
            assert_eq!(
                payload["errors"][0]["path"],
                json!(["input", "price", "amount"])
            );
        }
        let inline =
            "mutation { createPlan(input: { slug: \"pro\", name: \"Pro\", billingCycle: MONTHLY,
            price: { amount: 899, currency: TWD } }) { errors { code } } }";
        let answer = send(op_of(&house, Role::Staff), inline, json!({})).await;
        let code = &answer["errors"][0]["extensions"]["code"];
        assert!(
            *code == "GRAPHQL_VALIDATION_FAILED" || *code == "BAD_USER_INPUT",
            "{answer}"
        );
        assert!(slugs(&send(op_of(&house, Role::Staff), SLUGS, json!({})).await).is_empty());

        let cents = json!({ "price": { "amount": "12.5", "currency": "USD" } });
        let answer = send(op_of(&house, Role::Staff), CREATE, with(pro(), cents)).await;
        let price = &answer["data"]["createPlan"]["plan"]["price"];
        assert_eq!(*price, json!({ "amount": "12.50", "currency": "USD" }));
    })
    .await;
}

#[tokio::test]
async fn a_change_names_what_changes_and_only_that() {
    on_each_engine(|house| async move {
        let id = made(&house, json!({})).await;
        let price =
            json!({ "price": { "amount": "999", "currency": "TWD" }, "expectedVersion": 1 });
        let answer = send(
            op_of(&house, Role::Staff),
            UPDATE,
            with(json!({ "planId": id }), price.clone()),
        )
        .await;
        let expected = json!({ "id": id, "version": 2, "maxUsers": 10, "price": { "amount": "999" },
            "versions": [
                { "number": 2, "maxUsers": 10, "price": { "amount": "999" } },
                { "number": 1, "maxUsers": 10, "price": { "amount": "899" } },
            ] });
        assert_eq!(answer["data"]["updatePlan"]["plan"], expected, "{answer}");

        let late = send(
            op_of(&house, Role::Staff),
            UPDATE,
            with(json!({ "planId": id }), price),
        )
        .await;
        let refusal = json!({ "plan": null, "errors": [{ "code": "INVALID_STATE", "path": [] }] });
        assert_eq!(late["data"]["updatePlan"], refusal);

        let lifted = json!({ "maxUsers": null, "name": null });
        let answer = send(
            op_of(&house, Role::Staff),
            UPDATE,
            with(json!({ "planId": id }), lifted),
        )
        .await;
        let plan = &answer["data"]["updatePlan"]["plan"];
        assert_eq!(
            (&plan["version"], &plan["maxUsers"]),
            (&json!(3), &Value::Null),
            "{answer}"
        );

        let read = "{ plan(by: { slug: \"pro\" }) { name versions { number } } }";
        let answer = send(op_of(&house, Role::Customer), read, json!({})).await;
        let public = json!({ "name": "Pro", "versions": [{ "number": 3 }] });
        assert_eq!(
            answer["data"]["plan"], public,
            "old prices are staff's to see"
        );
    })
    .await;
}

#[tokio::test]
async fn an_archived_plan_leaves_the_shop_window() {
    on_each_engine(|house| async move {
        let id = made(&house, json!({})).await;
        made(&house, json!({ "slug": "team", "sortOrder": 1 })).await;
        let archive = "mutation($id: ID!) { archivePlan(input: { planId: $id }) {
            plan { isActive archivedAt } errors { code } } }";
        for _ in 0..2 {
            let answer = send(op_of(&house, Role::Staff), archive, json!({ "id": id })).await;
            let plan = json!({ "isActive": false, "archivedAt": "2026-11-20T04:00:00+00:00" });
            let done = json!({ "archivePlan": { "plan": plan, "errors": [] } });
            assert_eq!(answer, json!({ "data": done }));
            house.wait(Duration::minutes(1));
        }
        assert_eq!(
            slugs(&send(house.nobody(), SLUGS, json!({})).await),
            ["team"]
        );
        assert_eq!(
            slugs(&send(op_of(&house, Role::Staff), SLUGS, json!({})).await),
            ["pro", "team"]
        );
        let only = json!({ "filter": { "isArchived": true } });
        assert_eq!(
            slugs(&send(op_of(&house, Role::Staff), SLUGS, only).await),
            ["pro"]
        );
        let missing = json!({ "id": "pln_01h455vb4pex5vsknk084sn02q" });
        let answer = send(op_of(&house, Role::Staff), archive, missing).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "NOT_FOUND");
    })
    .await;
}

#[tokio::test]
async fn plans_come_page_by_page_in_the_order_asked_for() {
    on_each_engine(|house| async move {
        for (slug, name, place) in [("a", "Zulu", 3), ("b", "Alpha", 2), ("c", "Mike", 1)] {
            house.wait(Duration::minutes(1));
            let plan = json!({ "slug": format!("{slug}-plan"), "name": name, "sortOrder": place });
            made(&house, plan).await;
        }
        let sorted = async |sort: Value| {
            let answer = send(house.nobody(), SLUGS, json!({ "sort": sort })).await;
            slugs(&answer).join(" ")
        };
        assert_eq!(sorted(Value::Null).await, "c-plan b-plan a-plan");
        assert_eq!(
            sorted(json!({ "key": "NAME" })).await,
            "b-plan c-plan a-plan"
        );
        let newest = json!({ "key": "CREATED_AT", "direction": "DESCENDING" });
        assert_eq!(sorted(newest).await, "c-plan b-plan a-plan");
        assert_eq!(
            sorted(json!({ "direction": "DESCENDING" })).await,
            "a-plan b-plan c-plan"
        );

        let page = send(house.nobody(), SLUGS, json!({ "first": 2 })).await;
        assert_eq!(slugs(&page), ["c-plan", "b-plan"]);
        let plans = &page["data"]["plans"];
        assert_eq!(
            (&plans["totalCount"], &plans["pageInfo"]["hasNextPage"]),
            (&json!(3), &json!(true))
        );
        let after = &plans["pageInfo"]["endCursor"];
        let rest = send(house.nobody(), SLUGS, json!({ "first": 2, "after": after })).await;
        assert_eq!(slugs(&rest), ["a-plan"]);
        let other_list = json!({ "after": after, "sort": { "key": "NAME" } });
        let refused = send(house.nobody(), SLUGS, other_list).await;
        assert_eq!(refused["errors"][0]["extensions"]["code"], "INVALID_CURSOR");
    })
    .await;
}

#[tokio::test]
async fn what_is_wrong_with_a_plan_comes_back_with_its_path() {
    on_each_engine(|house| async move {
        made(&house, json!({})).await;
        let table = [
            (json!({}), "TAKEN", "slug"),
            (json!({ "slug": "Pro" }), "MALFORMED", "slug"),
            (json!({ "slug": "new", "name": "" }), "BLANK", "name"),
            (
                json!({ "slug": "new", "maxUsers": 0 }),
                "OUT_OF_RANGE",
                "maxUsers",
            ),
            (
                json!({ "slug": "new", "features": vec!["x"; 31] }),
                "TOO_LONG",
                "features",
            ),
        ];
        for (spoilt, code, field) in table {
            let answer = send(op_of(&house, Role::Staff), CREATE, with(pro(), spoilt)).await;
            let payload = &answer["data"]["createPlan"];
            assert_eq!(payload["plan"], Value::Null, "{answer}");
            assert_eq!(payload["errors"][0]["code"], code);
            assert_eq!(payload["errors"][0]["path"], json!(["input", field]));
        }
    })
    .await;
}
