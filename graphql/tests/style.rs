//! The style that the whole schema keeps.

use async_graphql::Request;
use graphql::{Options, Schema, base::access, build_schema};
use serde_json::Value;

const EVERYTHING: &str = "{ __schema { types {
    name kind description
    fields { name description args { name description } }
    inputFields { name description }
    enumValues { name description }
} } }";

/// Reads the schema through the library's own introspection, which asks for no operation.
async fn types() -> Vec<Value> {
    let schema: Schema = build_schema(&Options::default());
    let response = schema.execute(Request::new(EVERYTHING)).await;
    assert!(response.errors.is_empty(), "{:?}", response.errors);
    let types = response.data.into_json().unwrap()["__schema"]["types"].take();
    let types = types.as_array().unwrap().clone();
    // The specification describes `ID`; the library does not.
    let ours = |name: &str| !name.starts_with("__") && name != "ID";
    types
        .into_iter()
        .filter(|each| each["name"].as_str().is_some_and(ours))
        .collect()
}

fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value[key].as_array().map_or(&[], Vec::as_slice)
}

#[tokio::test]
async fn every_name_in_the_schema_is_described() {
    let silent = |value: &Value| value["description"].as_str().is_none_or(str::is_empty);
    let roots = ["Query", "Mutation", "Subscription"];
    let mut undescribed = Vec::new();
    for each in types().await {
        let name = each["name"].as_str().unwrap();
        if silent(&each) && !roots.contains(&name) {
            undescribed.push(name.to_owned());
        }
        for key in ["fields", "inputFields", "enumValues"] {
            for member in list(&each, key) {
                let member_name = format!("{name}.{}", member["name"]);
                if silent(member) {
                    undescribed.push(member_name.clone());
                }
                for argument in list(member, "args").iter().filter(|each| silent(each)) {
                    undescribed.push(format!("{member_name}({})", argument["name"]));
                }
            }
        }
    }
    assert!(undescribed.is_empty(), "{undescribed:#?}");
}

#[tokio::test]
async fn every_root_field_ends_with_the_sentence_of_its_rule() {
    let mut seen = 0;
    for each in types().await {
        let parent = each["name"].as_str().unwrap();
        if !["Query", "Mutation", "Subscription"].contains(&parent) {
            continue;
        }
        for field in list(&each, "fields") {
            let name = field["name"].as_str().unwrap();
            let rule = access::of(parent, name);
            let sentence = rule
                .unwrap_or_else(|| panic!("{parent}.{name} has no rule"))
                .sentence();
            let description = field["description"].as_str().unwrap_or_default();
            assert!(
                description.ends_with(sentence),
                "{parent}.{name}: {description}"
            );
            seen += 1;
        }
    }
    assert!(seen > 5, "the roots were read");
}
