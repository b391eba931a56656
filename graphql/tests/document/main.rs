//! Documents made to hurt, and documents that people send: what is refused, with which code, and how fast.

mod kept;
mod prices;
mod variables;

use std::{
    sync::LazyLock,
    time::{Duration, Instant},
};

use crate::kit::{House, on_each_engine};
use async_graphql::{Request, Response, Variables, parser::types::OperationType};
use domain::base::Actor;
use entity::{
    id::{SessionId, UserId},
    users::Role,
};
use graphql::{
    Options, Schema, attach, build_schema,
    document::{Documents, Limits, Operation},
};
use serde_json::{Value, json};
use uuid::Uuid;

/// No document may hold a worker longer than this before it is refused. What reads documents is optimised in tests too
/// (`Cargo.toml`), and the shortest of a few rounds counts: a busy machine must not fail the test.
const LONGEST: Duration = Duration::from_millis(20);

fn schema() -> Schema {
    build_schema(&Options {
        introspection: false,
        ..Options::default()
    })
}

/// As the server has them, and new: nothing was seen before.
fn served() -> Documents {
    static SDL: LazyLock<String> = LazyLock::new(graphql::sdl);
    Documents::of(&SDL, Limits::default()).unwrap()
}

fn staff() -> Actor {
    Actor::User {
        id: UserId(Uuid::from_u128(1)),
        role: Role::Staff,
        session: SessionId(Uuid::from_u128(2)),
    }
}

fn request(document: &str, variables: Value) -> Request {
    Request::new(document).variables(Variables::from_json(variables))
}

/// Read and bounded, without a schema: most documents here are about fields that it does not have.
fn prepare(document: &str, actor: Actor) -> Result<Operation, Value> {
    let prepared = Documents::default().prepare(&mut Request::new(document), actor);
    prepared.map_err(|errors| serde_json::to_value(&errors[0]).unwrap())
}

/// The code that refuses the document before the library sees it.
fn refused(document: &str) -> String {
    match prepare(document, staff()) {
        Ok(_) => panic!("taken: {:.200}", document),
        Err(error) => error["extensions"]["code"].as_str().unwrap().to_owned(),
    }
}

fn cost(document: &str, variables: Value) -> u64 {
    let mut request = request(document, variables);
    let prepared = Documents::default().prepare(&mut request, Actor::System("test"));
    match prepared {
        Ok(operation) => operation.cost,
        Err(errors) => panic!("{document}: {errors:?}"),
    }
}

/// The whole way: prepared, validated, run.
async fn send(house: &House, document: &str) -> Value {
    let mut request = Request::new(document);
    let response = match served().prepare(&mut request, Actor::Anonymous) {
        Ok(_) => schema().execute(attach(request, house.nobody())).await,
        Err(errors) => Response::from_errors(errors),
    };
    serde_json::to_value(response).unwrap()
}

fn code(answer: &Value) -> &str {
    answer["errors"][0]["extensions"]["code"]
        .as_str()
        .unwrap_or_default()
}

/// The shortest of many: what the work takes, not what the neighbours do.
fn time_of<T>(work: impl Fn() -> T) -> Duration {
    let mut shortest = Duration::MAX;
    for round in 0..50 {
        let start = Instant::now();
        let _ = work();
        shortest = shortest.min(start.elapsed());
        if round > 3 && shortest < LONGEST {
            break;
        }
    }
    shortest
}

/// Fragments of which each spreads the next one `width` times.
fn bomb(width: usize, depth: usize) -> String {
    let mut document = "{...F0}".to_owned();
    for level in 0..depth {
        let spread = format!("...F{}", level + 1);
        let inside = vec![spread; width].join(" ");
        document.push_str(&format!("fragment F{level} on Query{{{inside}}}"));
    }
    document.push_str(&format!("fragment F{depth} on Query{{serverVersion}}"));
    document
}

#[test]
fn a1_a_fragment_bomb_is_refused_at_once() {
    for document in [bomb(2, 30), bomb(20, 7), bomb(2, 22), bomb(20, 6)] {
        assert_eq!(refused(&document), "QUERY_TOO_COMPLEX");
        let time = time_of(|| prepare(&document, staff()));
        assert!(time < LONGEST, "{time:?}");
    }
}

#[test]
fn a1_the_worst_bomb_of_sixteen_kilobytes_is_fast_too() {
    let documents = served();
    let schema = schema();
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let runtime = runtime.unwrap();
    let mut refused = (Duration::ZERO, 0, 0);
    let mut run = (Duration::ZERO, 0, 0);
    for width in (1..60).step_by(3) {
        for depth in (1..60).step_by(3) {
            let document = bomb(width, depth);
            if document.len() > 16 * 1024 {
                continue;
            }
            let prepare = || documents.prepare(&mut Request::new(&document), staff());
            if prepare().is_err() {
                refused = refused.max((time_of(prepare), width, depth));
            } else {
                // The library walks each spread.
                let time = time_of(|| runtime.block_on(schema.execute(Request::new(&document))));
                run = run.max((time, width, depth));
            }
        }
    }
    println!("the worst bomb: {refused:?}; of those that the library sees: {run:?}");
    assert!(refused.0 < LONGEST, "{refused:?}");
    assert!(run.0 < LONGEST, "{run:?}");
}

#[test]
fn a1_whatever_is_within_the_bounds_is_validated_in_time() {
    let many = |count: usize, name: &str| -> String {
        (0..count).map(|each| format!("{name}{each} ")).collect()
    };
    let large = format!("fragment F29 on Query{{{}}}", many(900, "x"));
    let chain = |each| format!("fragment F{each} on Query{{...F{}}}", each + 1);
    let chain: String = (0..29).map(chain).collect();
    let inner = format!("{}{}{}", "...{".repeat(28), many(900, "x"), "}".repeat(28));
    let unused = |each| format!("fragment U{each} on Query{{...F29}}");
    let unused: String = (0..130).map(unused).collect();
    for document in [
        format!("{{...F0}}{chain}{large}"),
        format!("{{...F29}}{large}{unused}"),
        format!("{{{inner}}}"),
        format!("{{plans{{nodes{{{}}}}}}}", many(990, "c")),
        format!("{{{}}}", "plans(first:1) ".repeat(280)),
        format!("{{{}}}", "serverVersion ".repeat(990)),
    ] {
        let time = time_of(|| served_once(&document));
        println!("validated in {time:?}: {document:.60}");
        assert!(time < LONGEST, "{time:?}: {document:.60}");
    }
}

/// Through a pipeline that has not seen it.
fn served_once(document: &str) -> bool {
    thread_local! {
        static SERVED: Documents = Documents::of(
            &graphql::sdl(),
            // Nothing is kept.
            Limits { kept_tokens: 0, ..Limits::default() },
        ).unwrap();
    }
    SERVED.with(|documents| {
        documents
            .prepare(&mut Request::new(document), staff())
            .is_ok()
    })
}

#[test]
fn a2_nesting_that_would_overrun_the_parser_is_never_parsed() {
    for (open, close) in [("[", "]"), ("{a:", "}")] {
        let value = format!("{}1{}", open.repeat(2500), close.repeat(2500));
        let document = format!("{{plan(by:{value}){{id}}}}");
        assert_eq!(refused(&document), "QUERY_TOO_DEEP");
        assert!(time_of(|| prepare(&document, staff())) < LONGEST);
    }
    let types = format!(
        "query($a:{}Int{}){{me{{id}}}}",
        "[".repeat(40),
        "]".repeat(40)
    );
    assert_eq!(refused(&types), "QUERY_TOO_DEEP");
    let sets = format!("{{me{}{}}}", "{a".repeat(40), "}".repeat(40));
    assert_eq!(refused(&sets), "QUERY_TOO_DEEP");
}

#[test]
fn a2_a_text_that_is_too_long_is_never_parsed() {
    assert_eq!(refused(&"a ".repeat(2001)), "QUERY_TOO_LARGE");
    assert_eq!(refused(&" ".repeat(16 * 1024 + 1)), "QUERY_TOO_LARGE");
    let error = prepare(&"a ".repeat(2001), staff()).unwrap_err();
    assert!(
        error["message"].as_str().unwrap().contains("2000"),
        "{error}"
    );
}

#[tokio::test]
async fn a3_fragments_in_a_circle_unused_and_undefined_do_not_validate() {
    on_each_engine(|house| async move {
        for document in [
            "{...A} fragment A on Query{...B} fragment B on Query{...A}",
            "{...A} fragment A on Query{plans{nodes{id}} ...A}",
            "{serverVersion} fragment A on Query{...A}",
            "{serverVersion} fragment A on Query{serverVersion}",
            "{...A}",
        ] {
            let answer = send(&house, document).await;
            assert_eq!(
                code(&answer),
                "GRAPHQL_VALIDATION_FAILED",
                "{document}: {answer}"
            );
            assert!(answer["errors"].as_array().unwrap().len() <= 10);
        }
    })
    .await;
}

#[tokio::test]
async fn what_the_library_would_let_pass_does_not_validate() {
    on_each_engine(|house| async move {
        for (document, part) in [
            ("query($s:String){plan(by:{slug:$s}){id}}", "\"$s\""),
            (
                "{plans{...A nodes{id}}} fragment A on PlanConnection{nodes{id:slug}}",
                "conflict",
            ),
            ("query{plan(by:$b){id}}", "$b"),
            ("{__typename @nope}", "@nope"),
            ("{plans}", "plans"),
            ("{plan(by:{slug:1}){id}}", "String"),
        ] {
            let answer = send(&house, document).await;
            assert_eq!(
                code(&answer),
                "GRAPHQL_VALIDATION_FAILED",
                "{document}: {answer}"
            );
            let error = &answer["errors"][0];
            assert!(error["message"].as_str().unwrap().contains(part), "{error}");
            assert!(error["locations"][0]["line"].is_u64(), "{error}");
        }
    })
    .await;
}

#[test]
fn a4_aliases_are_few_and_mutations_fewer() {
    let aliases = |count: usize, field: &str| {
        let all: Vec<String> = (0..count).map(|each| format!("a{each}:{field}")).collect();
        all.join(" ")
    };
    assert!(prepare(&format!("{{{}}}", aliases(30, "serverVersion")), staff()).is_ok());
    assert_eq!(
        refused(&format!("{{{}}}", aliases(31, "serverVersion"))),
        "QUERY_TOO_COMPLEX"
    );
    let spread = format!(
        "{{a:plans{{...F}} b:plans{{...F}}}} fragment F on PlanConnection{{{}}}",
        aliases(15, "totalCount")
    );
    assert_eq!(
        refused(&spread),
        "QUERY_TOO_COMPLEX",
        "fragments do not hide them"
    );

    let log_in = "logIn(input:{identifier:\"a\",password:\"b\"}){errors{code}}";
    let five = format!("mutation{{{}}}", aliases(5, log_in));
    assert!(prepare(&five, Actor::Anonymous).is_ok());
    for document in [
        format!("mutation{{{}}}", aliases(6, log_in)),
        format!(
            "mutation{{...M}} fragment M on Mutation{{{}}}",
            aliases(6, log_in)
        ),
        format!(
            "mutation{{...on Mutation{{{}}} a:{log_in}}}",
            aliases(5, log_in)
        ),
        format!("mutation{{{}}}", aliases(80, log_in)),
    ] {
        assert_eq!(refused(&document), "QUERY_TOO_COMPLEX");
    }
    let thousand = format!("mutation{{{}}}", aliases(1000, log_in));
    assert_eq!(refused(&thousand), "QUERY_TOO_LARGE");
}

#[test]
fn a5_directives_count_wherever_they_stand() {
    let many = "@skip(if:false) ".repeat(21);
    for document in [
        format!("{{serverVersion {many}}}"),
        format!("query Q {many}{{serverVersion}}"),
        format!("{{... {many}{{serverVersion}}}}"),
        format!("{{...F {many}}} fragment F on Query{{serverVersion}}"),
        format!("{{...F}} fragment F on Query {many}{{serverVersion}}"),
        format!("query($a:Int {many}){{serverVersion}}"),
    ] {
        assert_eq!(refused(&document), "QUERY_TOO_COMPLEX", "{document}");
    }
}

#[tokio::test]
async fn a6_thousands_of_mistakes_make_a_short_answer_without_suggestions() {
    on_each_engine(|house| async move {
        let unknown: Vec<String> = (0..900).map(|each| format!("serverVersio{each}")).collect();
        let unused = (0..200).map(|each| format!("fragment F{each} on Query{{x}}"));
        for document in [
            format!("{{{}}}", unknown.join(" ")),
            format!("{{serverVersion}} {}", unused.collect::<Vec<_>>().join(" ")),
            format!("{{{}}}", "x".repeat(16_000)),
            format!(
                "{{plan(by:{{slug:\"{}\"}}, x:1){{id}}}}",
                "\\u0001".repeat(2_600)
            ),
            format!("{{plan(by:{{{}:1}}){{id}}}}", "x".repeat(16_000)),
            format!("{{serverVersion }} {}", "€".repeat(1_900)),
            "x".repeat(16_000),
        ] {
            let answer = send(&house, &document).await;
            assert!(answer["data"].is_null(), "{document:.80}");
            assert!(answer["errors"].as_array().unwrap().len() <= 10);
            let text = answer.to_string();
            assert!(text.len() <= 8 * 1024, "{}: {document:.80}", text.len());
            assert!(!text.contains("Did you mean"), "{text}");
        }
    })
    .await;
}

#[test]
fn a7_fields_nest_twelve_deep_whatever_they_stand_in() {
    let chain = |depth: usize| format!("{}{}", "{user".repeat(depth), "}".repeat(depth));
    assert!(prepare(&chain(12), staff()).is_ok());
    assert_eq!(refused(&chain(13)), "QUERY_TOO_DEEP");
    let inner = &chain(7)[1..chain(7).len() - 1];
    let through = |outer: usize| {
        let open = "{user".repeat(outer);
        let close = "}".repeat(outer);
        format!("{open}{{...on User{{...F}}}}{close} fragment F on User{{{inner}}}")
    };
    assert!(prepare(&through(5), staff()).is_ok());
    assert_eq!(refused(&through(6)), "QUERY_TOO_DEEP");
    let error = prepare(&through(6), staff()).unwrap_err();
    assert!(error["message"].as_str().unwrap().contains("12"), "{error}");
}

#[test]
fn a7_what_only_nests_fragments_is_bounded_too() {
    let mut document = "{...F0}".to_owned();
    for level in 0..200 {
        document.push_str(&format!("fragment F{level} on Query{{...F{}}}", level + 1));
    }
    document.push_str("fragment F200 on Query{serverVersion}");
    assert_eq!(refused(&document), "QUERY_TOO_DEEP");
}

#[tokio::test]
async fn a14_texts_that_are_no_documents_do_not_parse() {
    on_each_engine(|house| async move {
        for document in [
            "",
            " ",
            "\u{feff}",
            "{",
            "{a",
            "\0",
            "{a}\0",
            "{ a(b: \"\\ud800\") }",
            "☃",
        ] {
            let answer = send(&house, document).await;
            assert_eq!(
                code(&answer),
                "GRAPHQL_PARSE_FAILED",
                "{document:?}: {answer}"
            );
            let message = answer["errors"][0]["message"].as_str().unwrap();
            assert!(!message.contains('\n'), "{message}");
        }
    })
    .await;
}

#[test]
fn a15_the_operation_asked_for_is_found_or_named() {
    let documents = Documents::default();
    let find = |text: &str, name: Option<&str>| {
        let mut request = Request::new(text);
        request.operation_name = name.map(str::to_owned);
        let found = documents.prepare(&mut request, staff());
        found.map_err(|errors| {
            serde_json::to_value(&errors[0]).unwrap()["extensions"]["code"].clone()
        })
    };
    let two = "query A{serverVersion} mutation B{logOut{errors{code}}}";
    assert_eq!(find(two, Some("B")).unwrap().kind, OperationType::Mutation);
    let one = find("query A{serverVersion}", None).unwrap();
    assert_eq!(
        (one.kind, one.name.as_deref()),
        (OperationType::Query, Some("A"))
    );
    for (text, name) in [
        (two, None),
        (two, Some("C")),
        ("{serverVersion}", Some("A")),
    ] {
        assert_eq!(
            find(text, name).unwrap_err(),
            "OPERATION_RESOLUTION_FAILURE",
            "{text}"
        );
    }
    let six: String = (0..6)
        .map(|each| format!("query Q{each}{{serverVersion}}"))
        .collect();
    assert_eq!(find(&six, Some("Q1")).unwrap_err(), "QUERY_TOO_COMPLEX");
    let fragment_alone = find("fragment F on Query{serverVersion}", None);
    assert_eq!(fragment_alone.unwrap_err(), "GRAPHQL_VALIDATION_FAILED");
    let both = "subscription{orderStatusChanged(orderId:\"a\"){id} b:orderStatusChanged(orderId:\"b\"){id}}";
    assert_eq!(find(both, None).unwrap_err(), "GRAPHQL_VALIDATION_FAILED");
}

#[tokio::test]
async fn a16_the_schema_is_closed_where_introspection_is_off_and_open_where_it_is_on() {
    on_each_engine(|house| async move {
        for document in [
            "{__schema{queryType{name}}}",
            "{__type(name:\"User\"){name}}",
        ] {
            let answer = send(&house, document).await;
            assert!(!answer.to_string().contains("\"Query\""), "{answer}");
            assert!(!answer.to_string().contains("\"User\""), "{answer}");
        }
    })
    .await;
    on_each_engine(|house| async move {
        let asked = Request::new("{__type(name:\"User\"){name}}");
        let staff = house.staff("staff").await;
        let answer = schema().execute(attach(asked, staff.op)).await;
        let expected = serde_json::json!({ "__type": { "name": "User" } });
        assert_eq!(answer.data.into_json().unwrap(), expected, "staff may look");
        let asked = Request::new("{__type(name:\"User\"){name}}");
        let mei = house.customer("mei").await;
        let answer = schema().execute(attach(asked, mei.op)).await;
        assert!(!answer.data.to_string().contains("User"), "customers not");
    })
    .await;
    let open = build_schema(&Options::default());
    let documents = served();
    let mut request = Request::new(GRAPHIQL);
    documents.prepare(&mut request, Actor::Anonymous).unwrap();
    let answer = open.execute(request).await;
    assert!(answer.errors.is_empty(), "{:?}", answer.errors);
}

#[test]
fn a16_introspection_in_circles_is_refused() {
    let twice = "{__schema{types{fields{type{fields{name}}}}}}";
    assert!(prepare(twice, Actor::Anonymous).is_ok());
    for document in [
        "{__schema{types{fields{type{fields{type{fields{name}}}}}}}}",
        "{__schema{types{...T}}} fragment T on __Type{fields{type{...U}}}
         fragment U on __Type{possibleTypes{interfaces{name}}}",
    ] {
        assert_eq!(refused(document), "QUERY_TOO_DEEP");
    }
    let deep = format!(
        "{{__type(name:\"A\"){}{}}}",
        "{ofType".repeat(16),
        "}".repeat(16)
    );
    assert_eq!(refused(&deep), "QUERY_TOO_DEEP");
}

#[test]
fn a_document_seen_before_is_neither_parsed_nor_measured_again() {
    let documents = Documents::default();
    let mut fields: Vec<String> = (0..900).map(|each| format!("field{each}")).collect();
    fields.push("serverVersion".to_owned());
    let text = format!("{{{}}}", fields.join(" "));
    let first = time_of(|| Documents::default().prepare(&mut Request::new(&text), staff()));
    documents
        .prepare(&mut Request::new(&text), staff())
        .unwrap();
    let again = time_of(|| documents.prepare(&mut Request::new(&text), staff()));
    println!("first {first:?}, again {again:?}");
    assert!(again * 2 < first, "first {first:?}, again {again:?}");
}

/// As GraphiQL 5 sends it.
const GRAPHIQL: &str = "query IntrospectionQuery { __schema {
    queryType { name kind } mutationType { name kind } subscriptionType { name kind }
    types { ...FullType } directives { name description locations args(includeDeprecated: true) { ...InputValue } }
} }
fragment FullType on __Type { kind name description specifiedByURL
    fields(includeDeprecated: true) { name description args(includeDeprecated: true) { ...InputValue }
        type { ...TypeRef } isDeprecated deprecationReason }
    inputFields(includeDeprecated: true) { ...InputValue } interfaces { ...TypeRef }
    enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason }
    possibleTypes { ...TypeRef } }
fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue isDeprecated deprecationReason }
fragment TypeRef on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name
    ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } } } }";
