//! Every root field and every kind of caller, against the one table of access.

use domain::base::Access;
use graphql::base::access::RULES;
use serde_json::{Value, json};

use crate::kit::{Shop, both_engines, client::Client, live::Live};

both_engines!(every_root_field_lets_in_whom_the_table_says);

/// Ids of nothing: whoever is let in finds nothing, and nothing is changed.
const ORDER: &str = "ord_01jd0000000000000000000000";
const PAYMENT: &str = "pay_01jd0000000000000000000000";
const REFUND: &str = "ref_01jd0000000000000000000000";
const DELIVERY: &str = "dlv_01jd0000000000000000000000";
const CLOCK: &str = "clk_01jd0000000000000000000000";
const SUBSCRIPTION: &str = "sub_01jd0000000000000000000000";
const USER: &str = "usr_01jd0000000000000000000000";
const PLAN: &str = "pln_01jd0000000000000000000000";

/// The arguments and the selection that a field needs to be asked at all.
fn operation(parent: &str, field: &str) -> Option<(&'static str, Value, &'static str)> {
    let key = "0123456789abcdef";
    Some(match (parent, field) {
        ("Query", "me") => ("", json!(null), "{ id }"),
        ("Query", "serverVersion") => ("", json!(null), ""),
        ("Query", "jobs") => ("", json!(null), "{ name }"),
        ("Query", "plan") => ("(by: { slug: \"none\" })", json!(null), "{ id }"),
        ("Query", "order") => (
            "(id: \"ord_01jd0000000000000000000000\")",
            json!(null),
            "{ id }",
        ),
        ("Query", "invoice") => (
            "(id: \"inv_01jd0000000000000000000000\")",
            json!(null),
            "{ id }",
        ),
        ("Query", "subscription") => (
            "(id: \"sub_01jd0000000000000000000000\")",
            json!(null),
            "{ id }",
        ),
        ("Query", "payment") => (
            "(id: \"pay_01jd0000000000000000000000\")",
            json!(null),
            "{ id }",
        ),
        ("Query", "rateLimit") => ("", json!(null), "{ limit }"),
        ("Query", "node") => (
            "(id: \"pln_01jd0000000000000000000000\")",
            json!(null),
            "{ id }",
        ),
        ("Query", "nodes") => ("(ids: [])", json!(null), "{ id }"),
        ("Query", "user") => (
            "(id: \"usr_01jd0000000000000000000000\")",
            json!(null),
            "{ id }",
        ),
        (
            "Query",
            "plans"
            | "users"
            | "orders"
            | "subscriptions"
            | "invoices"
            | "payments"
            | "auditLog"
            | "refunds"
            | "outbox"
            | "paymentsNeedingAttention"
            | "ledgerEntries"
            | "testClocks",
        ) => ("(first: 1)", json!(null), "{ totalCount }"),
        ("Query", "refund") => (
            "(id: \"ref_01jd0000000000000000000000\")",
            json!(null),
            "{ id }",
        ),
        ("Query", "testClock") => (
            "(id: \"clk_01jd0000000000000000000000\")",
            json!(null),
            "{ id }",
        ),
        ("Query", "trialBalance") => ("", json!(null), "{ rows { account } }"),
        ("Query", "reconciliation") => (
            "(from: \"2026-11-01\", to: \"2026-11-30\")",
            json!(null),
            "{ from }",
        ),
        ("Query", "refundPreview") => (
            "(input: { paymentId: \"pay_01jd0000000000000000000000\" })",
            json!(null),
            "{ errors { code } }",
        ),
        ("Query", "previewPlanChange") => (
            "(input: { subscriptionId: \"sub_01jd0000000000000000000000\", planId: \"pln_01jd0000000000000000000000\" })",
            json!(null),
            "{ previewToken }",
        ),
        ("Mutation", "logOut" | "logOutElsewhere" | "logOutEverywhere" | "requestEmailCode") => {
            ("", json!(null), "{ errors { code } }")
        }
        ("Mutation", field) => {
            let input = match field {
                "register" | "createUser" => json!({ "username": "", "email": "", "password": "" }),
                "logIn" => json!({ "identifier": "", "password": "" }),
                "refreshSession" => json!({ "refreshToken": "none" }),
                "changePassword" => json!({ "currentPassword": "", "newPassword": "" }),
                "updateProfile" => json!({}),
                "createSubscription" | "createOrder" => {
                    json!({ "planId": PLAN, "idempotencyKey": key })
                }
                "cancelOrder" => json!({ "orderId": ORDER, "idempotencyKey": key }),
                "beginPayment" => {
                    json!({ "orderId": ORDER, "method": "ATM", "idempotencyKey": key })
                }
                "createPlan" => json!({
                    "slug": "", "name": "", "billingCycle": "MONTHLY",
                    "price": { "amount": "1", "currency": "TWD" },
                }),
                "updatePlan" | "archivePlan" => json!({ "planId": PLAN }),
                "updateSubscriptionStatus" => {
                    json!({ "subscriptionId": SUBSCRIPTION, "status": "PAUSED" })
                }
                "setAutoRenew" => json!({
                    "subscriptionId": SUBSCRIPTION, "autoRenew": true, "idempotencyKey": key,
                }),
                "cancelSubscription" => json!({
                    "subscriptionId": SUBSCRIPTION, "at": "NOW", "idempotencyKey": key,
                }),
                "pauseSubscription" | "resumeSubscription" | "retrySubscription" => {
                    json!({ "subscriptionId": SUBSCRIPTION })
                }
                "refundPayment" => {
                    json!({ "paymentId": PAYMENT, "reason": "r", "idempotencyKey": key })
                }
                "completeManualRefund" => {
                    json!({ "refundId": REFUND, "reference": "r", "idempotencyKey": key })
                }
                "cancelRefund" => json!({ "refundId": REFUND, "idempotencyKey": key }),
                "acceptLatePayment" | "creditLatePayment" => {
                    json!({ "paymentId": PAYMENT, "note": "n", "idempotencyKey": key })
                }
                "resolvePayment" => json!({
                    "paymentId": PAYMENT, "verdict": "ACCEPT", "note": "n", "idempotencyKey": key,
                }),
                "verifyEmail" => json!({ "code": "000000" }),
                "requestPasswordReset" => json!({ "email": "nobody@shop.example" }),
                "resetPassword" => json!({ "token": "none", "newPassword": "" }),
                "retryDelivery" => json!({ "deliveryId": DELIVERY }),
                "createTestClock" => json!({ "name": "" }),
                "attachToTestClock" => json!({ "userId": USER, "testClockId": CLOCK }),
                "advanceTestClock" => {
                    json!({ "testClockId": CLOCK, "to": "2030-01-01T00:00:00Z" })
                }
                "changePlan" => json!({
                    "subscriptionId": SUBSCRIPTION, "planId": PLAN, "idempotencyKey": key,
                }),
                "runJob" => json!({ "name": "none", "idempotencyKey": key }),
                "updateUser" | "deactivateUser" | "eraseUser" => json!({ "userId": USER }),
                _ => return None,
            };
            ("", input, "{ errors { code } }")
        }
        _ => return None,
    })
}

/// The code that a caller is answered with; empty for none.
async fn ask(client: &Client, parent: &str, field: &str) -> String {
    let Some((arguments, input, selection)) = operation(parent, field) else {
        panic!("{parent}.{field} is new: say here how it is asked");
    };
    let kind = parent.to_lowercase();
    let answer = if input.is_null() {
        client
            .send(
                &format!("{kind} {{ {field}{arguments} {selection} }}"),
                json!({}),
            )
            .await
    } else {
        let wanted = match field {
            "acceptLatePayment" | "creditLatePayment" => "LatePaymentInput".to_owned(),
            _ => format!("{}{}Input", field[..1].to_uppercase(), &field[1..]),
        };
        let document =
            format!("{kind}($input: {wanted}!) {{ {field}(input: $input) {selection} }}");
        client.send(&document, json!({ "input": input })).await
    };
    assert_eq!(answer.status, 200, "{parent}.{field}: {}", answer.body);
    let code = answer.code().to_owned();
    assert!(
        !["GRAPHQL_VALIDATION_FAILED", "INTERNAL_SERVER_ERROR"].contains(&code.as_str()),
        "{parent}.{field}: {}",
        answer.body
    );
    code
}

async fn watch(shop: &Shop, client: &Client, field: &str) -> String {
    let mut live = Live::open(&shop.url).await;
    let payload = match client.token() {
        "" => json!({}),
        token => json!({ "Authorization": format!("Bearer {token}") }),
    };
    live.say(json!({ "type": "connection_init", "payload": payload }))
        .await;
    live.must_be_let_in().await;
    let document = match field {
        "orderStatusChanged" => {
            format!("subscription {{ {field}(orderId: \"{ORDER}\") {{ version }} }}")
        }
        "planSubscriptionStatusChanged" => {
            format!("subscription {{ {field}(subscriptionId: \"{SUBSCRIPTION}\") {{ version }} }}")
        }
        _ => panic!("Subscription.{field} is new: say here how it is asked"),
    };
    live.say(json!({ "id": "watch", "type": "subscribe", "payload": { "query": document } }))
        .await;
    live.refusal().await
}

/// What the table says about a caller of this rank (0 nobody, 1 customer, 2 staff, 3 admin).
fn expected(access: Access, rank: usize) -> Option<&'static str> {
    let needed = match access {
        Access::Anyone => 0,
        Access::SignedIn => 1,
        Access::Staff => 2,
        Access::Admin => 3,
    };
    match rank {
        _ if rank >= needed => None,
        0 => Some("UNAUTHENTICATED"),
        _ => Some("FORBIDDEN"),
    }
}

async fn every_root_field_lets_in_whom_the_table_says(shop: Shop) {
    let ranks = ["", "mei", "staff", "admin"];
    let mut asked = 0;
    for (rank, name) in ranks.into_iter().enumerate() {
        let mut client = shop.guest();
        if rank > 0 {
            client = shop.demo(name).await;
        }
        for rule in RULES {
            let code = match rule.parent {
                "Subscription" => watch(&shop, &client, rule.field).await,
                parent => ask(&client, parent, rule.field).await,
            };
            let who = format!("{}.{} asked by {name:?}", rule.parent, rule.field);
            match expected(rule.access, rank) {
                Some(expected) => assert_eq!(code, expected, "{who}"),
                None => assert!(
                    !["FORBIDDEN", "UNAUTHENTICATED"].contains(&code.as_str()),
                    "{who}: {code}"
                ),
            }
            asked += 1;
            // These two did what they are for
            if rank > 0 && rule.field.starts_with("logOut") {
                client = shop.demo(name).await;
            }
        }
    }
    assert_eq!(asked, RULES.len() * 4);
    assert_eq!(shop.database.count("orders").await, 0);
    assert_eq!(shop.database.count("users").await, 3);
}
