//! Documents and envelopes that are refused: with which code, how briefly, and that nothing comes of them.

use serde_json::{Value, json};

use super::bombs::bomb;
use crate::kit::{Engine, Shop, both_engines, run};

both_engines!(
    what_asks_for_too_much_is_refused_and_leaves_no_trace,
    what_is_not_posted_as_json_is_not_run,
);

const MODERN: (&str, &str) = ("accept", "application/graphql-response+json");

/// What must not run, the code it is answered with, and how the answer's status stands for it (400).
fn documents() -> Vec<(&'static str, String, &'static str)> {
    let many = |count: usize, text: &str| -> String {
        (0..count)
            .map(|number| text.replace('#', &number.to_string()))
            .collect()
    };
    let log_in = "a#: logIn(input: {identifier: \"mei\", password: \"p#\"}) { errors { code } } ";
    let list = "[".repeat(2500) + &"]".repeat(2500);
    let object = "{a:".repeat(2500) + "1" + &"}".repeat(2500);
    let fragments = "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }";
    let deep = "{ ".to_owned() + &"a { ".repeat(13) + "b" + &" }".repeat(14);
    let hidden = format!(
        "{{ ...F }} fragment F on Query {{ {}b{} }}",
        "a { ... { ".repeat(13),
        " } }".repeat(13)
    );
    let costly = "{ plans(first: 100) { nodes { currentVersion { price { amount } } } } }";
    let text = |text: &str| text.to_owned();
    vec![
        ("1", bomb(2, 30), "QUERY_TOO_COMPLEX"),
        ("1", bomb(20, 7), "QUERY_TOO_COMPLEX"),
        (
            "2",
            format!("{{ node(id: {list}) {{ id }} }}"),
            "QUERY_TOO_DEEP",
        ),
        (
            "2",
            format!("{{ node(id: {object}) {{ id }} }}"),
            "QUERY_TOO_DEEP",
        ),
        (
            "2",
            format!(
                "query($a: {}Int{}) {{ serverVersion }}",
                "[".repeat(2500),
                "]".repeat(2500)
            ),
            "QUERY_TOO_DEEP",
        ),
        ("3", text(fragments), "GRAPHQL_VALIDATION_FAILED"),
        (
            "3",
            text("{ ...A } fragment A on Query { ...A }"),
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (
            "3",
            text("{ serverVersion } fragment A on Query { serverVersion }"),
            "GRAPHQL_VALIDATION_FAILED",
        ),
        ("3", text("{ ...Nowhere }"), "GRAPHQL_VALIDATION_FAILED"),
        (
            "4",
            format!("{{ {}}}", many(31, "a#: serverVersion ")),
            "QUERY_TOO_COMPLEX",
        ),
        (
            "4",
            format!("mutation {{ {}}}", many(1000, "a#: logOut ")),
            "QUERY_TOO_LARGE",
        ),
        (
            "4",
            format!("mutation {{ {}}}", many(60, log_in)),
            "QUERY_TOO_COMPLEX",
        ),
        (
            "5",
            format!("query {} {{ serverVersion }}", many(21, "@a# ")),
            "QUERY_TOO_COMPLEX",
        ),
        (
            "5",
            format!("{{ serverVersion {} }}", many(21, "@a# ")),
            "QUERY_TOO_COMPLEX",
        ),
        (
            "5",
            format!("{{ ... {} {{ serverVersion }} }}", many(21, "@a# ")),
            "QUERY_TOO_COMPLEX",
        ),
        (
            "5",
            format!(
                "{{ ...F {} }} fragment F on Query {{ serverVersion }}",
                many(21, "@a# ")
            ),
            "QUERY_TOO_COMPLEX",
        ),
        (
            "5",
            format!("query($a: Int {}) {{ serverVersion }}", many(21, "@a# ")),
            "QUERY_TOO_COMPLEX",
        ),
        (
            "6",
            format!("{{ {}}}", many(900, "unknown# ")),
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (
            "6",
            format!("{{ {}}}", many(8_000, "a# ")),
            "QUERY_TOO_LARGE",
        ),
        ("7", deep, "QUERY_TOO_DEEP"),
        ("7", hidden, "QUERY_TOO_DEEP"),
        (
            "8",
            text("{ plans(first: 2147483648) { totalCount } }"),
            "GRAPHQL_VALIDATION_FAILED",
        ),
        ("9", text(costly), "QUERY_TOO_COMPLEX"),
        (
            "15",
            text("query A { serverVersion } query B { serverVersion }"),
            "OPERATION_RESOLUTION_FAILURE",
        ),
        (
            "15",
            many(6, "query Q# { serverVersion } "),
            "QUERY_TOO_COMPLEX",
        ),
    ]
}

async fn what_asks_for_too_much_is_refused_and_leaves_no_trace(mut shop: Shop) {
    let process = shop.server().id();
    let before = shop.database.counts().await;
    let guest = shop.guest();
    for (row, document, code) in documents() {
        let shown: String = document.chars().take(80).collect();
        let left = left(&shop).await;
        let answer = guest.send_with(&[MODERN], &document, json!({})).await;
        assert_eq!(answer.code(), code, "row {row}: {shown}: {}", answer.body);
        assert_eq!(answer.status, 400, "row {row}: {shown}");
        assert!(answer.body.get("data").is_none(), "row {row}: {shown}");
        assert!(
            answer.body.to_string().len() <= 8 * 1024,
            "row {row}: {shown}"
        );
        let errors = answer.body["errors"].as_array().unwrap();
        assert!(errors.len() <= 10, "row {row}: {shown}");
        let remaining: i64 = answer.header("x-ratelimit-remaining").parse().unwrap();
        // One document is one, however often it logs in; some may have come back meanwhile.
        assert!(
            remaining >= left - 1,
            "row {row}: {shown}: {remaining} of {left}"
        );

        let old = guest.send(&document, json!({})).await;
        assert_eq!(old.status, 200, "row {row}: {shown}: for older clients");
        assert_eq!(old.body["errors"].as_array().unwrap().len(), errors.len());
    }
    let unknown = json!({ "query": "query A { serverVersion }", "operationName": "B" });
    let answer = post(&shop, &[], unknown.to_string()).await;
    assert_eq!(
        (answer.0, code(&answer.1)),
        (400, "OPERATION_RESOLUTION_FAILURE".to_owned())
    );

    // Page sizes that read well and mean nothing fail at the field
    for sizes in ["first: 101", "first: -1", "first: 0", "first: 2, last: 2"] {
        let document = format!("{{ plans({sizes}) {{ totalCount }} }}");
        let answer = guest.send(&document, json!({})).await;
        assert_eq!(answer.code(), "BAD_USER_INPUT", "{sizes}: {}", answer.body);
    }
    assert_eq!(shop.database.counts().await, before);
    assert_eq!(shop.server().id(), process);
    assert!(shop.server().ended().is_none());
}

/// How many documents may still be sent at once.
async fn left(shop: &Shop) -> i64 {
    let answer = shop
        .guest()
        .send("{ rateLimit { remaining } }", json!({}))
        .await;
    answer.header("x-ratelimit-remaining").parse().unwrap()
}

/// Posts a body as it is; the status and the answer.
async fn post(shop: &Shop, headers: &[(&str, &str)], body: String) -> (u16, Value) {
    let mut request = shop.http.post(format!("{}/graphql", shop.url)).body(body);
    if !headers.iter().any(|(name, _)| *name == "content-type") {
        request = request.header("content-type", "application/json");
    }
    request = request.header(MODERN.0, MODERN.1);
    for (name, value) in headers.iter().filter(|(_, value)| !value.is_empty()) {
        request = request.header(*name, *value);
    }
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

fn code(answer: &Value) -> String {
    answer["errors"][0]["extensions"]["code"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

async fn what_is_not_posted_as_json_is_not_run(shop: Shop) {
    let mei = shop.mei().await;
    let before = shop.database.counts().await;
    let authorization = format!("Bearer {}", mei.token());
    let bearer = ("authorization", authorization.as_str());
    let document = "mutation { logOutEverywhere { endedSessions } }";
    let body = json!({ "query": document }).to_string();
    let form = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("query", document)
        .finish();

    // A batch
    let batch = format!("[{}]", vec![body.as_str(); 2000].join(","));
    let answer = post(&shop, &[bearer], batch).await;
    assert_eq!(answer.0, 413, "{}", answer.1);
    let answer = post(&shop, &[bearer], format!("[{body}]")).await;
    assert_eq!((answer.0, code(&answer.1)), (400, "BAD_REQUEST".to_owned()));

    // Other methods
    let url = format!("{}/graphql", shop.url);
    for (method, allowed) in [("GET", "POST"), ("HEAD", "GET, POST"), ("PUT", "GET, POST")] {
        let request = shop
            .http
            .request(method.parse().unwrap(), format!("{url}?{form}"));
        let answer = request.header(bearer.0, bearer.1).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 405, "{method}");
        assert_eq!(answer.headers()["allow"], allowed, "{method}");
    }

    // Other types
    let multipart = format!(
        "--x\r\nContent-Disposition: form-data; name=\"operations\"\r\n\r\n{body}\r\n--x--\r\n"
    );
    for (kind, body) in [
        ("text/plain", &body),
        ("application/x-www-form-urlencoded", &form),
        ("multipart/form-data; boundary=x", &multipart),
        ("application/json; charset=utf-16", &body),
        ("", &body),
    ] {
        let answer = post(&shop, &[bearer, ("content-type", kind)], body.clone()).await;
        assert_eq!(answer.0, 415, "{kind}: {}", answer.1);
    }
    let squeezed = post(&shop, &[bearer, ("content-encoding", "gzip")], body.clone()).await;
    assert_eq!(squeezed.0, 415, "row 18");

    assert_eq!(shop.database.counts().await, before);
    mei.ask("{ me { id } }", json!({})).await;
}

async fn the_schema_is_closed_to_all_but_staff(shop: Shop) {
    let look = "{ __type(name: \"User\") { name } }";
    for client in [shop.guest(), shop.mei().await] {
        let answer = client.send(look, json!({})).await;
        assert!(answer.body["data"]["__type"].is_null(), "{}", answer.body);
        let answer = client.send("{ serverVersio }", json!({})).await;
        assert_eq!(answer.code(), "GRAPHQL_VALIDATION_FAILED");
        assert!(
            !answer.body.to_string().contains("serverVersion"),
            "no help with names"
        );
    }
    for name in ["staff", "admin"] {
        let seen = shop.demo(name).await.ask(look, json!({})).await;
        assert_eq!(seen["__type"]["name"], "User", "{name}");
    }
    let file = shop.http.get(format!("{}/schema.graphql", shop.url));
    let file = file.send().await.unwrap().text().await.unwrap();
    assert!(file.contains("type User"), "the schema is no secret");
}

#[tokio::test]
async fn introspection_that_is_off_is_for_staff() {
    let off = [("FABRICA_INTROSPECTION", "off")];
    run(Engine::Sqlite, &off, the_schema_is_closed_to_all_but_staff).await;
}
