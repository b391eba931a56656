//! Trusted documents as operators and clients meet them: the command, the manifests of three tools, servers that
//! find out by themselves, and the line that is logged of each request.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::kit::{
    Engine, Said, Shop, client::Answer, live::Live, run, scenario::DEMO_PASSWORD, wait::eventually,
};

const MANIFESTS: [&str; 3] = ["codegen", "relay", "apollo"];

async fn on(engine: Engine) {
    let settings = [
        ("FABRICA_TRUSTED_DOCUMENTS", "only"),
        ("FABRICA_LOG", "info"),
        ("FABRICA_LOG_FORMAT", "json"),
    ];
    run(
        engine,
        &settings,
        a_server_runs_what_was_imported_and_nothing_else,
    )
    .await;
}

#[tokio::test]
async fn a_server_runs_what_was_imported_and_nothing_else_on_sqlite() {
    on(Engine::Sqlite).await;
}

#[tokio::test]
async fn a_server_runs_what_was_imported_and_nothing_else_on_postgres() {
    on(Engine::Postgres).await;
}

fn fixture(name: &str) -> String {
    format!(
        "{}/tests/fixtures/documents/{name}.json",
        env!("CARGO_MANIFEST_DIR")
    )
}

fn manifest(name: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(fixture(name)).unwrap()).unwrap()
}

fn import(shop: &Shop, name: &str) -> (Option<i32>, String) {
    shop.run_command(&["documents", "import", &fixture(name)])
}

/// The id of the document with this word in its text.
fn id_of(name: &str, word: &str) -> String {
    let manifest = manifest(name);
    let of_map = manifest.as_object().unwrap().iter();
    let of_map = of_map.map(|(id, text)| (id.as_str(), text.as_str().unwrap_or_default()));
    let list = manifest["operations"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let of_list = list.iter();
    let of_list =
        of_list.map(|each| (each["id"].as_str().unwrap(), each["body"].as_str().unwrap()));
    let found = of_map.chain(of_list).find(|(_, text)| text.contains(word));
    found.unwrap().0.to_owned()
}

async fn a_server_runs_what_was_imported_and_nothing_else(shop: Shop) {
    let guest = shop.guest();
    let version = json!({ "documentId": id_of("codegen", "ServerVersion") });
    assert_eq!(
        guest.post(&version).await.code(),
        "PERSISTED_QUERY_NOT_FOUND"
    );
    imports_count_and_repeat_nothing(&shop);
    // The server was running all the while.
    eventually("the server knows it", async || {
        guest.post(&version).await.body["data"]["serverVersion"]
            .is_string()
            .then_some(())
    })
    .await;
    let refused = guest.send("{ serverVersion }", json!({})).await;
    assert_eq!(refused.code(), "FORBIDDEN", "{}", refused.body);

    let plan =
        json!({ "documentId": id_of("relay", "PlanPageQuery"), "variables": { "slug": "pro" } });
    let plan = guest.post(&plan).await;
    assert!(
        plan.body["data"]["plan"]["name"].is_string(),
        "{}",
        plan.body
    );
    let token = log_in_by_hash(&shop).await;
    let me = json!({ "documentId": format!("sha256:{}", id_of("apollo", "query Me")) });
    let me = guest.with_token(&token).post(&me).await;
    assert_eq!(me.body["data"]["me"]["username"], "mei", "{}", me.body);
    a_socket_takes_ids_too(&shop, &token).await;
    the_log_tells_the_operation_and_no_values(&shop, &me);
}

fn imports_count_and_repeat_nothing(shop: &Shop) {
    for name in MANIFESTS {
        let (code, said) = import(shop, name);
        assert_eq!(code, Some(0), "{name}: {said}");
        assert!(
            said.contains("2 imported, 0 known already, 0 refused"),
            "{name}: {said}"
        );
        let (code, said) = import(shop, name);
        assert_eq!(code, Some(0), "{name}: {said}");
        assert!(
            said.contains("0 imported, 2 known already, 0 refused"),
            "{name}: {said}"
        );
    }
    let (code, said) = import(shop, "refused");
    assert_eq!(code, Some(1), "{said}");
    assert!(
        said.contains("1 imported, 0 known already, 5 refused"),
        "{said}"
    );
    let impostor = "0".repeat(64);
    for (id, why) in [
        ("unknown-field", "GRAPHQL_VALIDATION_FAILED"),
        ("unreadable", "GRAPHQL_PARSE_FAILED"),
        ("too-dear", "QUERY_TOO_COMPLEX"),
        ("not a good id", "visible ASCII"),
        (&impostor, "SHA-256"),
    ] {
        let line = said
            .lines()
            .find(|line| line.starts_with(&format!("refused {id}: ")));
        assert!(line.is_some_and(|line| line.contains(why)), "{id}: {said}");
    }
    let (code, said) = shop.run_command(&["documents", "list"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("7 documents"), "{said}");
    let relay = id_of("relay", "PlanPageQuery");
    let line = said
        .lines()
        .find(|line| line.contains("PlanPageQuery"))
        .unwrap();
    assert!(
        line.starts_with("sha256:") && line.contains(&relay),
        "{line}"
    );
}

/// As Apollo's client does: the hash of the text it was built with.
async fn log_in_by_hash(shop: &Shop) -> String {
    let hash = id_of("apollo", "mutation LogIn");
    let log_in = json!({
        "variables": { "input": { "identifier": "mei@demo.example", "password": DEMO_PASSWORD } },
        "extensions": { "persistedQuery": { "version": 1, "sha256Hash": hash }, "cost": true },
    });
    let answer = shop.guest().post(&log_in).await;
    let cost = &answer.body["extensions"]["cost"];
    assert_eq!(cost["limit"], 200, "{}", answer.body);
    assert!(
        cost["requested"].as_u64().unwrap() > 10,
        "a mutation: {cost}"
    );
    let token = &answer.body["data"]["logIn"]["session"]["accessToken"];
    token.as_str().unwrap().to_owned()
}

async fn a_socket_takes_ids_too(shop: &Shop, token: &str) {
    let mut live = Live::connect(&shop.url, token).await;
    let order = "ord_01h455vb4pex5vsknk084sn02q";
    let variables = json!({ "id": order });
    let by_id = json!({ "documentId": id_of("relay", "OrderPage"), "variables": variables });
    let text = "subscription($id: ID!) { orderStatusChanged(orderId: $id) { status } }";
    let by_text = json!({ "query": text, "variables": variables });
    let subscribe = |payload| json!({ "id": "1", "type": "subscribe", "payload": payload });
    live.say(subscribe(by_id)).await;
    assert_eq!(
        live.next().await,
        Said::Next(Value::Null),
        "run: there is no such order"
    );
    assert_eq!(live.next().await, Said::Complete);
    live.say(subscribe(by_text)).await;
    assert_eq!(live.next().await, Said::Error("FORBIDDEN".to_owned()));
}

fn the_log_tells_the_operation_and_no_values(shop: &Shop, me: &Answer) {
    let log = shop.log();
    let lines: Vec<Value> = log
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    let find = |name: &str, message: &str| {
        let found = lines
            .iter()
            .find(|line| line["operation_name"] == name && line["message"] == message);
        found.unwrap_or_else(|| panic!("{name}: {log}"))
    };
    let log_in = find("LogIn", "answered");
    assert_eq!(log_in["actor"], "anonymous");
    assert_eq!(log_in["op_hash"], id_of("apollo", "mutation LogIn"));
    assert!(log_in["cost"].as_u64().unwrap() > 10, "{log_in}");
    assert_eq!(
        (&log_in["route"], &log_in["status"]),
        (&json!("/graphql"), &json!(200))
    );
    assert!(
        log_in["duration_ms"].is_u64() && log_in.get("code").is_none(),
        "{log_in}"
    );
    let who = find("Me", "answered");
    assert_eq!(who["actor"], me.body["data"]["me"]["id"], "the id alone");
    assert_eq!(who["request_id"], me.header("x-request-id"));
    let watched = find("OrderPageSubscription", "subscribed");
    assert_eq!(watched["actor"], me.body["data"]["me"]["id"]);
    let relay = manifest("relay")[id_of("relay", "OrderPage")].clone();
    let hash = hex::encode(Sha256::digest(relay.as_str().unwrap()));
    assert_eq!(watched["op_hash"], hash, "of the text, whatever the id");
    let code = |wanted: &str| lines.iter().any(|line| line["code"] == wanted);
    assert!(
        code("FORBIDDEN") && code("PERSISTED_QUERY_NOT_FOUND"),
        "{log}"
    );
    for secret in [
        "mei@demo.example",
        DEMO_PASSWORD,
        "serverVersion",
        "ord_01h4",
    ] {
        let found = lines.iter().find(|line| line.to_string().contains(secret));
        assert_eq!(found, None, "{secret}");
    }
}
