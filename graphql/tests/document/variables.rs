//! Values of variables: what does not fit is refused before anything runs, and is never quoted.

use serde_json::{Value, json};

use super::{request, served, staff};

fn refused(document: &str, variables: Value) -> Option<(String, String)> {
    let prepared = served().prepare(&mut request(document, variables), staff());
    let error = serde_json::to_value(&prepared.err()?[0]).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    Some((text(&error["extensions"]["code"]), text(&error["message"])))
}

const LOG_IN: &str = "mutation($input: LogInInput!) { logIn(input: $input) { user { id } } }";

#[test]
fn a_value_that_does_not_fit_is_refused_by_its_place_and_never_quoted() {
    for (variables, part) in [
        (json!({}), "input"),
        (json!({ "input": null }), "LogInInput!"),
        (json!({ "input": "hunter2: to type x" }), "LogInInput"),
        (
            json!({ "input": { "identifier": "a" } }),
            "LogInInput.password",
        ),
        (
            json!({ "input": { "identifier": "a", "password": ["hunter2"] } }),
            "LogInInput.password",
        ),
        (
            json!({ "input": { "identifier": "a", "password": "b", "c": "hunter2" } }),
            "key c",
        ),
    ] {
        let (code, message) = refused(LOG_IN, variables.clone()).unwrap();
        assert_eq!(code, "BAD_USER_INPUT", "{variables}");
        assert!(message.contains(part), "{message}");
        assert!(!message.contains("hunter2"), "{message}");
    }
}

#[test]
fn a_value_that_fits_passes_whatever_else_is_sent() {
    let input = json!({ "input": { "identifier": "a", "password": "b" }, "more": [1, null] });
    assert_eq!(refused(LOG_IN, input), None);
}

#[test]
fn each_operation_of_a_document_has_its_own_variables() {
    let both = "query A($n: Int!) { plans(first: $n) { totalCount } } query B { serverVersion }";
    let prepare = |name: &str| {
        let mut request = request(both, json!({})).operation_name(name);
        served().prepare(&mut request, staff())
    };
    assert!(prepare("A").is_err());
    assert!(prepare("B").is_ok());
}
