//! What documents cost, and that those which people send are affordable.

use super::*;

#[tokio::test]
async fn a8_a_page_size_outside_the_bounds_is_the_callers_mistake() {
    on_each_engine(|house| async move {
        for size in [
            "first:101",
            "first:-1",
            "first:2147483648",
            "first:1,last:1",
            "first:0",
        ] {
            let answer = send(&house, &format!("{{plans({size}){{nodes{{id}}}}}}")).await;
            let code = code(&answer);
            let known = ["BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED"];
            assert!(known.contains(&code), "{size}: {answer}");
        }
        let answer = send(&house, "{plans{nodes{id}}}").await;
        assert!(answer.get("errors").is_none(), "{answer}");
    })
    .await;
    assert_eq!(cost("{plans{nodes{id}}}", json!({})), 1 + 20);
}

#[test]
fn a9_a_list_costs_its_page() {
    assert_eq!(cost("{serverVersion}", json!({})), 0);
    assert_eq!(
        cost("{plan(by:{slug:\"a\"}){id price{amount}}}", json!({})),
        2
    );
    assert_eq!(
        cost("{plans(first:10){nodes{id price{amount}}}}", json!({})),
        1 + 10 * 2
    );
    assert_eq!(
        cost("{plans(first:10){edges{cursor node{id}}}}", json!({})),
        1 + 10
    );
    assert_eq!(
        cost(
            "{plans(last:10){pageInfo{endCursor} totalCount}}",
            json!({})
        ),
        1 + 10 + 1
    );
    let through = "{plans(first:10){...P}} fragment P on PlanConnection{nodes{...N}}
        fragment N on Plan{price{amount}}";
    assert_eq!(cost(through, json!({})), 1 + 10 * 2);

    let nested = "{orders(first:100){nodes{buyer{orders(first:100){nodes{id}}}}}}";
    let error = prepare(nested, staff()).unwrap_err();
    assert_eq!(error["extensions"]["code"], "QUERY_TOO_COMPLEX");
    let message = error["message"].as_str().unwrap();
    assert!(
        message.contains("10301") && message.contains("1000"),
        "{message}"
    );
}

#[test]
fn a9_a_page_size_may_come_as_a_variable_and_is_priced_for_each_request() {
    let documents = Documents::default();
    let text = "query($n:Int=50 $m:Int){plans(first:$n){...P} users(first:$m){nodes{id}}}
        fragment P on PlanConnection{nodes{price{amount}}}";
    for (variables, expected) in [
        (json!({}), (1 + 50 * 2) + (1 + 20)),
        (json!({ "n": 3, "m": 7 }), (1 + 3 * 2) + (1 + 7)),
        (json!({ "n": null, "m": -1 }), (1 + 20 * 2) + (1 + 100)),
    ] {
        let operation = documents.prepare(&mut request(text, variables), staff());
        assert_eq!(operation.unwrap().cost, expected);
    }
    let dear = documents.prepare(&mut request(text, json!({ "n": 100 })), Actor::Anonymous);
    assert!(dear.unwrap_err()[0].message.contains("200"));
}

#[test]
fn a9_what_writes_costs_more_and_what_asks_for_the_schema_nothing() {
    let write = "mutation{logOut{errors{code}}}";
    assert_eq!(cost(write, json!({})), 10 + 1 + 1);
    assert_eq!(
        cost("{__schema{types{fields{name}}} __typename}", json!({})),
        0
    );
    let many = json!({ "ids": ["a", "b", "c"] });
    assert_eq!(cost("query($ids:[ID!]!){nodes(ids:$ids){id}}", many), 3);
    assert_eq!(cost("{nodes(ids:[\"a\",\"b\"]){id}}", json!({})), 2);
}

#[test]
fn the_playgrounds_examples_are_allowed() {
    let documents = served();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../playground/operations");
    let variables = std::fs::read(format!("{folder}/variables.json")).unwrap();
    let variables: Value = serde_json::from_slice(&variables).unwrap();
    let mut seen = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path
            .extension()
            .is_none_or(|extension| extension != "graphql")
        {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        for operation in text.split("\n}\n").filter(|each| each.contains('{')) {
            let document = format!("{operation}\n}}");
            let named = |(name, _): &(&String, &Value)| document.contains(&format!(" {name}("));
            let given = variables.as_object().unwrap().iter().find(named);
            let given = given.map_or(json!({}), |(_, values)| values.clone());
            let mut request = request(&document, given);
            let prepared = documents.prepare(&mut request, Actor::Anonymous);
            assert!(prepared.is_ok(), "{document}: {prepared:?}");
            seen += 1;
        }
    }
    assert!(seen > 20, "{seen}");
}
