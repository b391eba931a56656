//! The access table against the schema as it runs: every root field, asked by everybody.

use std::collections::{BTreeSet, HashMap};

use crate::kit::{House, on_each_engine};
use async_graphql::{Request, Response};
use domain::base::{Access, Op};
use futures_util::StreamExt;
use graphql::{Options, Schema, attach, base::access, build_schema};
use serde_json::Value;
use uuid::Uuid;

const EVERYTHING: &str = "{ __schema {
    queryType { fields { ...Field } }
    mutationType { fields { ...Field } }
    subscriptionType { fields { ...Field } }
    types { name kind
        inputFields { name defaultValue type { ...Type } }
        enumValues { name }
        fields { name args { type { kind } } type { ...Type } }
    }
} }
fragment Field on __Field { name type { ...Type } args { name defaultValue type { ...Type } } }
fragment Type on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }";

fn schema() -> Schema {
    build_schema(&Options::default())
}

/// The schema as it describes itself.
struct Shape {
    roots: Vec<(&'static str, Value)>,
    types: HashMap<String, Value>,
}

impl Shape {
    async fn read() -> Self {
        let response = schema().execute(Request::new(EVERYTHING)).await;
        assert!(response.errors.is_empty(), "{:?}", response.errors);
        let data = response.data.into_json().unwrap();
        let all = &data["__schema"];
        let roots = [
            ("Query", "queryType"),
            ("Mutation", "mutationType"),
            ("Subscription", "subscriptionType"),
        ];
        let fields = |(parent, key): (&'static str, &str)| {
            let fields = all[key]["fields"].as_array().unwrap().clone();
            fields.into_iter().map(move |field| (parent, field))
        };
        let types = all["types"].as_array().unwrap().iter();
        Self {
            roots: roots.into_iter().flat_map(fields).collect(),
            types: types
                .map(|each| (each["name"].as_str().unwrap().to_owned(), each.clone()))
                .collect(),
        }
    }

    /// The smallest document that asks this root field, with arguments that read well and mean nothing.
    fn document(&self, parent: &str, field: &Value) -> String {
        let name = field["name"].as_str().unwrap();
        let arguments = self.required(&field["args"], name);
        let arguments = match arguments.is_empty() {
            true => arguments,
            false => format!("({arguments})"),
        };
        let selection = match self.named(&field["type"])["kind"].as_str().unwrap() {
            "SCALAR" | "ENUM" => "",
            _ => " { __typename }",
        };
        format!(
            "{} {{ {name}{arguments}{selection} }}",
            parent.to_lowercase()
        )
    }

    /// What must be given, and nothing else.
    fn required(&self, inputs: &Value, field: &str) -> String {
        let given =
            inputs.as_array().unwrap().iter().filter(|input| {
                input["type"]["kind"] == "NON_NULL" && input["defaultValue"].is_null()
            });
        given
            .map(|input| {
                let name = input["name"].as_str().unwrap();
                format!("{name}: {}", self.value(&input["type"], name, field))
            })
            .collect::<Vec<_>>()
            .join(", ")
    }

    fn value(&self, wanted: &Value, name: &str, field: &str) -> String {
        if wanted["kind"] == "NON_NULL" {
            return self.value(&wanted["ofType"], name, field);
        }
        if wanted["kind"] == "LIST" {
            return format!("[{}]", self.value(&wanted["ofType"], name, field));
        }
        let known = self.named(wanted);
        match (
            known["kind"].as_str().unwrap(),
            known["name"].as_str().unwrap(),
        ) {
            ("ENUM", _) => known["enumValues"][0]["name"].as_str().unwrap().to_owned(),
            ("INPUT_OBJECT", "PlanBy") => "{ slug: \"none\" }".to_owned(),
            ("INPUT_OBJECT", _) => format!("{{ {} }}", self.required(&known["inputFields"], field)),
            (_, "ID") => format!("\"{}\"", id(name, field)),
            (_, "String") => "\"some text\"".to_owned(),
            (_, "Int") => "1".to_owned(),
            (_, "Boolean") => "true".to_owned(),
            (_, "Decimal") => "\"1\"".to_owned(),
            (_, "Date") => "\"2026-11-20\"".to_owned(),
            (_, "DateTime") => "\"2030-01-01T00:00:00Z\"".to_owned(),
            other => panic!("write a value for {other:?}"),
        }
    }

    fn named<'s>(&'s self, wanted: &'s Value) -> &'s Value {
        match wanted["name"].as_str() {
            Some(name) => &self.types[name],
            None => self.named(&wanted["ofType"]),
        }
    }
}

/// An id of the right kind that no row has.
fn id(argument: &str, field: &str) -> String {
    let about = format!("{argument} {field}").to_lowercase();
    let prefix = [
        ("user", "usr"),
        ("plan", "pln"),
        ("subscription", "sub"),
        ("payment", "pay"),
        ("invoice", "inv"),
        ("testclock", "clk"),
        ("delivery", "dlv"),
        ("refund", "ref"),
    ]
    .iter()
    .find(|(word, _)| about.starts_with(*word) || about.ends_with(*word))
    .map_or("ord", |(_, prefix)| prefix);
    let suffix = entity::id::encode_suffix(Uuid::from_u128(7));
    format!("{prefix}_{suffix}")
}

/// The first answer.
async fn send(op: &Op, document: &str) -> Response {
    let request = attach(Request::new(document), op.clone());
    let mut answers = Box::pin(schema().execute_stream(request));
    answers.next().await.unwrap()
}

/// The codes of an answer's errors.
fn codes(response: &Response) -> Vec<String> {
    let extensions = response.errors.iter().flat_map(|error| &error.extensions);
    extensions
        .filter_map(|extensions| extensions.get("code"))
        .map(|code| code.to_string().trim_matches('"').to_owned())
        .collect()
}

/// Whom the table lets in, in words of its own, so that the table is not measured by itself.
fn refusal(access: Access, caller: &str) -> Option<&'static str> {
    match (access, caller) {
        (Access::Anyone, _)
        | (Access::SignedIn, "customer" | "staff" | "admin")
        | (Access::Staff, "staff" | "admin")
        | (Access::Admin, "admin") => None,
        (_, "anonymous") => Some("UNAUTHENTICATED"),
        _ => Some("FORBIDDEN"),
    }
}

async fn callers(house: &House) -> [(&'static str, Op); 4] {
    [
        ("anonymous", house.nobody()),
        ("customer", house.customer("mei").await.op),
        ("staff", house.staff("staff").await.op),
        ("admin", house.admin("admin").await.op),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_passes_exactly_the_doors_that_the_table_opens() {
    on_each_engine(|house| async move {
        let shape = Shape::read().await;
        let callers = callers(&house).await;
        let mut asked = 0;
        for (parent, field) in &shape.roots {
            let name = field["name"].as_str().unwrap();
            let rule = access::of(parent, name).unwrap();
            let document = shape.document(parent, field);
            for (caller, op) in &callers {
                let response = send(op, &document).await;
                let codes = codes(&response);
                let told = format!("{caller}: {document} {:?}", response.errors);
                assert!(
                    !codes.iter().any(|code| code == "GRAPHQL_VALIDATION_FAILED"),
                    "{told}"
                );
                assert!(
                    !codes.iter().any(|code| code == "INTERNAL_SERVER_ERROR"),
                    "{told}"
                );
                match refusal(rule, caller) {
                    Some(expected) => {
                        assert_eq!(codes, [expected], "{told}");
                        let data = response.data.into_json().unwrap();
                        assert!(data.is_null() || data[name].is_null(), "{told}");
                    }
                    None => {
                        let refused = ["UNAUTHENTICATED", "FORBIDDEN"];
                        assert!(
                            !codes.iter().any(|code| refused.contains(&code.as_str())),
                            "{told}"
                        );
                    }
                }
                asked += 1;
            }
        }
        assert_eq!(
            asked,
            access::RULES.len() * 4,
            "a line for each field, a field for each line"
        );
    })
    .await;
}

#[tokio::test]
async fn no_line_is_written_twice_or_for_a_field_that_is_gone() {
    let shape = Shape::read().await;
    let fields: BTreeSet<(&str, &str)> = shape
        .roots
        .iter()
        .map(|(parent, field)| (*parent, field["name"].as_str().unwrap()))
        .collect();
    let lines: Vec<(&str, &str)> = access::RULES
        .iter()
        .map(|rule| (rule.parent, rule.field))
        .collect();
    assert_eq!(lines.len(), lines.iter().collect::<BTreeSet<_>>().len());
    assert_eq!(lines.into_iter().collect::<BTreeSet<_>>(), fields);
}
