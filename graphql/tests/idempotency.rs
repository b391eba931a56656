//! Which mutations can be sent twice. Read from the schema itself, so that a new mutation must be put in one of
//! the two lists: nobody forgets it by accident.

use std::collections::BTreeSet;

use crate::kit::on_each_engine;
use crate::scene;
use async_graphql::{Request, Variables};
use domain::base::Op;
use graphql::{Options, attach, base::idempotency::IdempotencyHeader, build_schema};
use serde_json::{Value, json};

/// They move money or stock, or promise to: each takes a key.
const WITH_KEY: &[&str] = &[
    "createSubscription",
    "changePlan",
    "setAutoRenew",
    "cancelSubscription",
    "runJob",
    "createOrder",
    "cancelOrder",
    "beginPayment",
    "acceptLatePayment",
    "creditLatePayment",
    "resolvePayment",
    "refundPayment",
    "completeManualRefund",
    "cancelRefund",
];

/// They do without, and why a second sending does no harm.
const WITHOUT_KEY: &[(&str, &str)] = &[
    ("register", "the name is taken the second time"),
    ("logIn", "a second session costs nothing and ends by itself"),
    (
        "refreshSession",
        "a token has one child, whoever asks and however often",
    ),
    ("logOut", "what has ended stays ended"),
    ("logOutElsewhere", "what has ended stays ended"),
    ("logOutEverywhere", "what has ended stays ended"),
    (
        "changePassword",
        "the old password is wrong the second time",
    ),
    (
        "updateProfile",
        "it says how things are to be, not how they are to change",
    ),
    (
        "requestEmailCode",
        "a second code voids the first, and three an hour are the most",
    ),
    ("verifyEmail", "who is verified stays so"),
    (
        "requestPasswordReset",
        "a second link voids the first, and three an hour are the most",
    ),
    ("resetPassword", "the token is used up the second time"),
    ("retryDelivery", "what is queued stays queued"),
    ("createPlan", "the slug is taken the second time"),
    ("updatePlan", "terms that are not new make no version"),
    ("archivePlan", "what is archived stays archived"),
    (
        "updateSubscriptionStatus",
        "a state leads to itself nowhere: refused the second time",
    ),
    ("pauseSubscription", "what is paused stays paused"),
    ("resumeSubscription", "what runs already stays so"),
    (
        "retrySubscription",
        "what is parked no more is refused the second time",
    ),
    (
        "createTestClock",
        "a second clock stands still, and nobody lives by it",
    ),
    (
        "attachToTestClock",
        "who lives by the clock already stays so",
    ),
    (
        "advanceTestClock",
        "it says where the clock is to stand, not how far it goes",
    ),
    ("createUser", "the name is taken the second time"),
    (
        "updateUser",
        "it says how things are to be, not how they are to change",
    ),
    ("deactivateUser", "what is closed stays closed"),
    ("eraseUser", "what is gone stays gone"),
];

/// Words of mutations that are about money or stock. A name with one of them is never in the second list.
const ABOUT_MONEY: &[&str] = &[
    "order", "pay", "refund", "invoice", "stock", "wallet", "token", "licen", "payout", "charge",
    "capture", "credit", "transfer", "purchase", "renew",
];

const MUTATIONS: &str = "{ __schema { mutationType { fields { name args {
    name type { kind ofType { kind name inputFields { name type { kind ofType { name enumValues { name } } } } } }
} } } } }";

async fn mutations() -> Vec<Value> {
    let schema = build_schema(&Options::default());
    let response = schema.execute(Request::new(MUTATIONS)).await;
    assert!(response.errors.is_empty(), "{:?}", response.errors);
    let data = response.data.into_json().unwrap();
    let fields = &data["__schema"]["mutationType"]["fields"];
    fields.as_array().unwrap().clone()
}

/// Whether its `input` has the field `idempotencyKey: String!`.
fn takes_key(mutation: &Value) -> bool {
    let expected =
        json!({ "kind": "NON_NULL", "ofType": { "name": "String", "enumValues": null } });
    let arguments = mutation["args"].as_array().unwrap();
    arguments
        .iter()
        .filter(|argument| argument["name"] == "input" && argument["type"]["kind"] == "NON_NULL")
        .filter_map(|argument| argument["type"]["ofType"]["inputFields"].as_array())
        .flatten()
        .any(|field| field["name"] == "idempotencyKey" && field["type"] == expected)
}

#[tokio::test]
async fn each_mutation_takes_a_key_or_has_a_reason_not_to() {
    let mut seen = BTreeSet::new();
    for mutation in mutations().await {
        let name = mutation["name"].as_str().unwrap();
        let with = WITH_KEY.contains(&name);
        let without = WITHOUT_KEY.iter().any(|(exempt, _)| *exempt == name);
        assert!(
            with != without,
            "put {name} into WITH_KEY, or into WITHOUT_KEY with a reason"
        );
        assert_eq!(
            takes_key(&mutation),
            with,
            "{name}: input.idempotencyKey: String! where the list says so, and nowhere else"
        );
        seen.insert(name.to_owned());
    }
    let listed = WITH_KEY.iter().copied();
    for name in listed.chain(WITHOUT_KEY.iter().map(|(name, _)| *name)) {
        assert!(seen.contains(name), "{name} is no mutation any more");
    }
}

#[test]
fn no_mutation_about_money_is_let_off() {
    for (name, _) in WITHOUT_KEY {
        let lower = name.to_lowercase();
        let word = ABOUT_MONEY.iter().find(|word| lower.contains(**word));
        assert_eq!(word, None, "{name}");
    }
}

/// The least that an input can hold, but for the key: the kinds of ids by the names of their fields.
fn least(fields: &Value) -> Value {
    let some = |field: &Value| {
        let name = field["name"].as_str()?;
        let kind = &field["type"];
        if kind["kind"] != "NON_NULL" || name == "idempotencyKey" {
            return None;
        }
        let id = |prefix: &str| json!(format!("{prefix}_01jd0000000000000000000000"));
        let value = match (kind["ofType"]["name"].as_str()?, name) {
            ("ID", "planId") => id("pln"),
            ("ID", "orderId") => id("ord"),
            ("ID", "subscriptionId") => id("sub"),
            ("ID", "paymentId") => id("pay"),
            ("ID", "refundId") => id("ref"),
            ("Boolean", _) => json!(true),
            ("Int", _) => json!(1),
            ("String", _) => json!("text"),
            other => match &kind["ofType"]["enumValues"][0]["name"] {
                Value::Null => panic!("what stands for {other:?}?"),
                first => first.clone(),
            },
        };
        Some((name.to_owned(), value))
    };
    fields.as_array().unwrap().iter().filter_map(some).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_sends_no_key_is_asked_for_one_by_each_of_them() {
    crate::kit::on_sqlite_in_memory(|house| async move {
        let admin = house.admin("admin").await;
        let schema = build_schema(&Options::default());
        for mutation in mutations().await {
            let name = mutation["name"].as_str().unwrap();
            if !WITH_KEY.contains(&name) {
                continue;
            }
            let argument = &mutation["args"][0]["type"]["ofType"];
            let kind = argument["name"].as_str().unwrap();
            let document = format!(
                "mutation($input: {kind}!) {{ {name}(input: $input) {{ errors {{ code path }} }} }}"
            );
            let variables = json!({ "input": least(&argument["inputFields"]) });
            let request = Request::new(document).variables(Variables::from_json(variables));
            let answer = schema.execute(attach(request, admin.op.clone())).await;
            let answer = serde_json::to_value(answer).unwrap();
            let expected = json!([{
                "code": "IDEMPOTENCY_KEY_REQUIRED",
                "path": ["input", "idempotencyKey"],
            }]);
            assert_eq!(answer["data"][name]["errors"], expected, "{name}: {answer}");
        }
    })
    .await;
}

const SUBSCRIBE: &str =
    "mutation($input: CreateSubscriptionInput!) { createSubscription(input: $input) {
    subscription { id } errors { code path }
} }";

/// Sends it with a header, or without.
async fn subscribe(op: &Op, input: Value, header: Option<&str>) -> Value {
    let schema = build_schema(&Options {
        introspection: false,
        ..Options::default()
    });
    let variables = Variables::from_json(json!({ "input": input }));
    let mut request = attach(Request::new(SUBSCRIBE).variables(variables), op.clone());
    if let Some(header) = header {
        request = request.data(IdempotencyHeader(header.to_owned()));
    }
    let response = schema.execute(request).await.data.into_json().unwrap();
    response["createSubscription"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_header_stands_in_for_a_key_that_the_input_leaves_out() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let plan = scene::monthly(&house).await.id.to_string();
        let keyless = json!({ "planId": plan });

        let refused = subscribe(&mei.op, keyless.clone(), None).await;
        let expected = json!([{
            "code": "IDEMPOTENCY_KEY_REQUIRED",
            "path": ["input", "idempotencyKey"],
        }]);
        assert_eq!(refused["errors"], expected, "nothing is done without a key");

        let made = subscribe(&mei.op, keyless.clone(), Some("k1")).await;
        assert_eq!(made["errors"], json!([]));
        let again = subscribe(&mei.op, keyless, Some("k1")).await;
        assert_eq!(again, made, "the same key, the same subscription");
        let empty = json!({ "planId": plan, "idempotencyKey": "" });
        assert_eq!(subscribe(&mei.op, empty, Some("k1")).await, made);

        // The same key in the input is the same key, and the input's own goes first.
        let own = json!({ "planId": plan, "idempotencyKey": "k1" });
        assert_eq!(subscribe(&mei.op, own.clone(), None).await, made);
        assert_eq!(subscribe(&mei.op, own, Some("k2")).await, made);
        let other = json!({ "planId": plan, "idempotencyKey": "k2" });
        let refused = subscribe(&mei.op, other, Some("k1")).await;
        assert_eq!(refused["errors"][0]["code"], "ALREADY_SUBSCRIBED");
    })
    .await;
}
