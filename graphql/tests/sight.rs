//! Who sees which field of which row: the whole table against the schema as it runs. Every field of every type is
//! asked for, of one's own row, of somebody else's and of none, by everybody.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use crate::kit::{House, Person, on_each_engine};
use crate::scene;
use async_graphql::Request;
use domain::{
    base::{Access, Op},
    flows, test_clocks,
};
use entity::{id::OrderId, payments::PaymentMethod};
use futures_util::StreamExt;
use graphql::{
    Options, attach,
    base::{
        access,
        rate::RateLimit,
        sight::{self, SIGHTS, Seen},
    },
    build_schema,
};
use serde_json::{Value, json};

/// The first answer.
async fn send(op: &Op, document: &str) -> Value {
    let schema = build_schema(&Options::default());
    let share = RateLimit {
        limit: 60,
        remaining: 59,
        reset_at: op.now(),
    };
    let request = attach(Request::new(document), op.clone()).data(share);
    let answer = Box::pin(schema.execute_stream(request)).next().await;
    serde_json::to_value(answer.unwrap()).unwrap()
}

/// A field as the schema describes itself.
#[derive(Clone)]
struct Field {
    name: String,
    /// The type that is left when lists and `!` are taken off.
    of: String,
    /// Whether it is a type with fields of its own.
    is_composite: bool,
    needs_arguments: bool,
}

/// Every object type with its fields.
async fn types() -> BTreeMap<String, Vec<Field>> {
    let document = "{ __schema { types { kind name fields { name
        args { defaultValue type { kind } } type { ...Type } } } } }
        fragment Type on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }";
    let schema = build_schema(&Options::default());
    let answer = schema.execute(Request::new(document)).await;
    assert!(answer.errors.is_empty(), "{:?}", answer.errors);
    let types = answer.data.into_json().unwrap()["__schema"]["types"].take();
    let types = types.as_array().unwrap().iter();
    let objects = types.filter(|each| {
        each["kind"] == "OBJECT" && !each["name"].as_str().unwrap().starts_with("__")
    });
    let read = |each: &Value| {
        let fields = each["fields"].as_array().unwrap().iter().map(field);
        (
            each["name"].as_str().unwrap().to_owned(),
            fields.collect::<Vec<_>>(),
        )
    };
    objects.map(read).collect()
}

fn field(field: &Value) -> Field {
    let mut of = &field["type"];
    while of["name"].is_null() {
        of = &of["ofType"];
    }
    let arguments = field["args"].as_array().unwrap().iter();
    let mut needed = arguments.filter(|argument| {
        argument["type"]["kind"] == "NON_NULL" && argument["defaultValue"].is_null()
    });
    Field {
        name: field["name"].as_str().unwrap().to_owned(),
        of: of["name"].as_str().unwrap().to_owned(),
        is_composite: !["SCALAR", "ENUM"].contains(&of["kind"].as_str().unwrap()),
        needs_arguments: needed.next().is_some(),
    }
}

fn is_root(name: &str) -> bool {
    ["Query", "Mutation", "Subscription"].contains(&name)
}

#[tokio::test]
async fn every_field_of_every_type_has_its_line_and_every_line_its_field() {
    let types = types().await;
    let written = types.iter().filter(|(name, _)| !is_root(name));
    let written: BTreeSet<String> = written
        .flat_map(|(name, fields)| {
            fields
                .iter()
                .map(move |each| format!("{name}.{}", each.name))
        })
        .collect();
    let lines = SIGHTS.iter().flat_map(|each| {
        each.fields
            .iter()
            .map(|name| format!("{}.{name}", each.parent))
    });
    let lines: Vec<String> = lines.collect();
    let distinct: BTreeSet<String> = lines.iter().cloned().collect();
    assert_eq!(lines.len(), distinct.len(), "a line stands twice");
    assert_eq!(distinct, written, "say in `sight.rs` who sees it");
    for (parent, name, _) in sight::FIELDS {
        assert!(
            written.contains(&format!("{parent}.{name}")),
            "{parent}.{name}"
        );
    }
}

/// Where a way to a type begins.
#[derive(Clone, Debug)]
enum Start {
    /// At a row that is had by its id.
    Row(&'static str),
    /// At a field of `Query` that needs no argument.
    Root(String),
}

/// The shortest way to each type that a query can reach: where it begins, and the fields from there.
fn ways(types: &BTreeMap<String, Vec<Field>>) -> HashMap<String, (Start, Vec<String>)> {
    let mut ways = HashMap::new();
    let mut next = VecDeque::new();
    for each in SIGHTS {
        if types["Query"].iter().any(|root| root.of == "Node") && KINDS.contains(&each.parent) {
            next.push_back((each.parent.to_owned(), Start::Row(each.parent), Vec::new()));
        }
    }
    walk(types, &mut ways, next);
    let roots = types["Query"].iter();
    let roots = roots.filter(|root| root.is_composite && !root.needs_arguments);
    let roots = roots.map(|root| (root.of.clone(), Start::Root(root.name.clone()), Vec::new()));
    walk(types, &mut ways, roots.collect());
    ways
}

fn walk(
    types: &BTreeMap<String, Vec<Field>>,
    ways: &mut HashMap<String, (Start, Vec<String>)>,
    mut next: VecDeque<(String, Start, Vec<String>)>,
) {
    while let Some((name, start, way)) = next.pop_front() {
        if ways.contains_key(&name) || !types.contains_key(&name) {
            continue;
        }
        for field in types[&name].iter().filter(|field| field.is_composite) {
            let further = way.iter().cloned().chain([field.name.clone()]).collect();
            next.push_back((field.of.clone(), start.clone(), further));
        }
        ways.insert(name, (start, way));
    }
}

/// What is had by its id.
const KINDS: [&str; 7] = [
    "Plan",
    "User",
    "PlanSubscription",
    "Order",
    "Payment",
    "Invoice",
    "Refund",
];

/// The document that asks for one field of a type by a way to it.
fn document(start: &Start, way: &[String], field: &Field, id: &str) -> String {
    let asked = match field.is_composite {
        true => format!("asked: {} {{ __typename }}", field.name),
        false => format!("asked: {}", field.name),
    };
    let inside = way
        .iter()
        .rev()
        .fold(asked, |inside, name| format!("{name} {{ {inside} }}"));
    match start {
        Start::Row(kind) => {
            format!("{{ top: node(id: \"{id}\") {{ __typename ... on {kind} {{ {inside} }} }} }}")
        }
        Start::Root(root) => format!("{{ top: {root} {{ __typename {inside} }} }}"),
    }
}

/// A row of each kind, all of this customer but the plan, which is on sale: paid for, so that every field of
/// them can have a value.
async fn belongings(house: &House, owner: &Person) -> HashMap<&'static str, String> {
    let staff = house.staff("keeper").await;
    let clock = test_clocks::NewTestClock {
        name: "Rehearsal".to_owned(),
        starts_at: None,
    };
    let clock = test_clocks::create_test_clock(&staff.op, clock).await;
    flows::attach_to_test_clock(&staff.op, owner.user.id, clock.unwrap().id)
        .await
        .unwrap();
    let plan = scene::monthly(house).await;
    let (subscription, order) = scene::subscribe(owner, &plan, "k1").await.unwrap();
    let payment = scene::begin(owner, order.id, PaymentMethod::CreditCard, "k2");
    let payment = payment.await.unwrap();
    let notice = scene::paid(&payment, house.now());
    scene::hear(house, &notice).await.unwrap();
    let invoice = scene::invoices(house).await.remove(0);
    let refund = Box::pin(scene::refunded_by_hand(house, &payment)).await;
    HashMap::from([
        ("Plan", plan.id.to_string()),
        ("User", owner.user.id.to_string()),
        ("PlanSubscription", subscription.id.to_string()),
        ("Order", order.id.to_string()),
        ("Payment", payment.id.to_string()),
        ("Invoice", invoice.id.to_string()),
        ("Refund", refund.id.to_string()),
    ])
}

/// Somebody who asks, and what they are to the owner of the rows.
struct Asker {
    who: &'static str,
    op: Op,
    rank: usize,
    is_owner: bool,
}

/// What stands between an asker and a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    /// The field is answered.
    Yes,
    /// The row is there, the field is not theirs to see.
    Forbidden,
    /// There is no such row, as far as they are told.
    NoRow,
    /// The root is closed to them, with this code.
    Closed(&'static str),
}

const fn rank_for(access: Access) -> usize {
    match access {
        Access::Anyone => 0,
        Access::SignedIn => 1,
        Access::Staff => 2,
        Access::Admin => 3,
    }
}

/// Whether a field on the way is closed to them, and with it all that follows.
fn is_barred(
    asker: &Asker,
    types: &BTreeMap<String, Vec<Field>>,
    start: &Start,
    way: &[String],
) -> bool {
    let field = |of: &str, name: &str| types[of].iter().find(|each| each.name == name).cloned();
    let mut at = match start {
        Start::Row(kind) => (*kind).to_owned(),
        Start::Root(root) => field("Query", root).unwrap().of,
    };
    way.iter().any(|name| {
        let is_barred = asker.rank < rank_for(sight::of(&at, name));
        at = field(&at, name).unwrap().of;
        is_barred
    })
}

/// What the tables say.
fn expected(asker: &Asker, start: &Start, is_barred: bool, parent: &str, field: &Field) -> Told {
    let refusal = match asker.rank {
        0 => "UNAUTHENTICATED",
        _ => "FORBIDDEN",
    };
    let row_is_seen = match start {
        Start::Root(root) => {
            let rule = access::of("Query", root).unwrap();
            match asker.rank >= rank_for(rule) {
                true => true,
                false => return Told::Closed(refusal),
            }
        }
        Start::Row(kind) => match SIGHTS
            .iter()
            .find(|each| each.parent == *kind)
            .unwrap()
            .seen
        {
            Seen::Everybody => true,
            Seen::Owner => asker.is_owner || asker.rank >= 2,
            Seen::Staff => asker.rank >= 2,
            other => panic!("{kind} is had by its id, so that {other:?} says nothing"),
        },
    };
    match row_is_seen {
        false => Told::NoRow,
        true if is_barred || asker.rank < rank_for(sight::of(parent, &field.name)) => {
            Told::Forbidden
        }
        true => Told::Yes,
    }
}

/// What the answer says.
fn told(answer: &Value, way: &[String]) -> Told {
    let errors = answer["errors"].as_array().cloned().unwrap_or_default();
    let code = |error: &Value| error["extensions"]["code"].as_str().unwrap().to_owned();
    let codes: Vec<String> = errors.iter().map(code).collect();
    let top = &answer["data"]["top"];
    let Some(first) = codes.first() else {
        assert!(!top.is_null(), "nothing without a reason: {answer}");
        return Told::Yes;
    };
    assert_eq!(codes.len(), 1, "{answer}");
    if errors[0]["path"] != json!(["top"]) {
        assert_eq!(first, "FORBIDDEN", "{answer}");
        let mut at = top;
        for name in way.iter().map(String::as_str).chain(["asked"]) {
            at = &at[name];
            at = at.get(0).unwrap_or(at);
        }
        assert!(at.is_null() && !top.is_null(), "{answer}");
        return Told::Forbidden;
    }
    assert!(top.is_null(), "{answer}");
    match first.as_str() {
        "NOT_FOUND" => Told::NoRow,
        "FORBIDDEN" => Told::Closed("FORBIDDEN"),
        "UNAUTHENTICATED" => Told::Closed("UNAUTHENTICATED"),
        other => panic!("{other}: {answer}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_field_is_told_to_exactly_whom_the_table_says() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let rows = belongings(&house, &mei).await;
        let asker = |who, op, rank| Asker {
            who,
            op,
            rank,
            is_owner: who == "the owner",
        };
        let askers = [
            asker("nobody", house.nobody(), 0),
            asker("the owner", mei.op.clone(), 1),
            asker("another customer", house.customer("lin").await.op, 1),
            asker("staff", house.staff("staff").await.op, 2),
            asker("an admin", house.admin("admin").await.op, 3),
        ];
        let types = types().await;
        let ways = ways(&types);
        let mut asked = 0;
        for (parent, (start, way)) in &ways {
            let no_row = OrderId(uuid::Uuid::from_u128(7)).to_string();
            for field in &types[parent] {
                assert!(
                    !field.needs_arguments,
                    "{parent}.{}: ask for it",
                    field.name
                );
                for asker in &askers {
                    let id = match start {
                        Start::Row(kind) => rows[kind].as_str(),
                        Start::Root(_) => "",
                    };
                    let document = document(start, way, field, id);
                    let answer = send(&asker.op, &document).await;
                    let expected = expected(
                        asker,
                        start,
                        is_barred(asker, &types, start, way),
                        parent,
                        field,
                    );
                    let shown = format!("{}: {document} {answer}", asker.who);
                    assert_eq!(told(&answer, way), expected, "{shown}");
                    asked += 1;
                    // None: a row that nobody has
                    if let Start::Row(_) = start {
                        let nothing = document.replace(id, &no_row);
                        let answer = send(&asker.op, &nothing).await;
                        assert_eq!(told(&answer, way), Told::NoRow, "{nothing}");
                    }
                }
            }
        }
        assert!(asked > 800, "only {asked} were asked");
        // What no query reaches is what an operation answers, and has no other way in
        for each in SIGHTS.iter().filter(|each| !ways.contains_key(each.parent)) {
            assert_eq!(each.seen, Seen::Answer, "{}", each.parent);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_field_stays_closed_by_whatever_way_it_is_reached() {
    on_each_engine(|house| async move {
        let mei = house.customer("mei").await;
        let rows = belongings(&house, &mei).await;
        let (order, payment) = (&rows["Order"], &rows["Payment"]);
        let documents = [
            // by an alias, in fragments, through the interface
            format!("{{ payment(id: \"{payment}\") {{ id cheap: fee {{ amount }} }} }}"),
            format!("{{ payment(id: \"{payment}\") {{ id ... {{ ... on Payment {{ fee {{ amount }} }} }} }} }}"),
            format!("{{ payment(id: \"{payment}\") {{ id ...F }} }} fragment F on Payment {{ fee {{ amount }} }}"),
            format!("{{ node(id: \"{payment}\") {{ id ... on Payment {{ fee {{ amount }} }} }} }}"),
            format!("{{ nodes(ids: [\"{payment}\"]) {{ id ... on Payment {{ fee {{ amount }} }} }} }}"),
            // inside of others
            format!("{{ order(id: \"{order}\") {{ payments {{ id fee {{ amount }} }} }} }}"),
            "{ me { orders { edges { node { payments { id fee { amount } } } } } } }".to_owned(),
            format!("{{ invoice(id: \"{}\") {{ order {{ payments {{ id fee {{ amount }} }} }} }} }}", rows["Invoice"]),
            // in what is live
            format!("subscription {{ orderStatusChanged(orderId: \"{order}\") {{ order {{ payments {{ id fee {{ amount }} }} }} }} }}"),
        ];
        let staff = house.staff("staff").await;
        for document in &documents {
            let answer = send(&mei.op, document).await;
            let errors = answer["errors"].as_array().unwrap();
            assert_eq!(errors.len(), 1, "{answer}");
            assert_eq!(errors[0]["extensions"]["code"], "FORBIDDEN", "{document}");
            let path = errors[0]["path"].as_array().unwrap();
            let field = at(&answer["data"], path);
            assert!(field.is_some_and(Value::is_null), "{answer}");
            let row = at(&answer["data"], &path[..path.len() - 1]).unwrap();
            assert_eq!(row["id"], json!(payment), "the rest is answered: {answer}");
            if !document.contains("{ me ") {
                let answer = send(&staff.op, document).await;
                assert!(answer.get("errors").is_none(), "{answer}");
                let fee = at(&answer["data"], path).unwrap();
                assert_eq!(fee["amount"], "18", "{answer}");
            }
        }

        // in what a mutation answers
        let once = scene::once(&house).await;
        let next = scene::buy(&mei, &once, 1, "k3").await.unwrap();
        let document = format!(
            "mutation {{ beginPayment(input: {{ orderId: \"{}\", method: ATM, idempotencyKey: \"k4\" }}) {{
                payment {{ id fee {{ amount }} order {{ payments {{ fee {{ amount }} }} }} }} }} }}",
            next.id
        );
        let answer = send(&mei.op, &document).await;
        let errors = answer["errors"].as_array().unwrap();
        assert_eq!(errors.len(), 2, "{answer}");
        assert!(errors.iter().all(|error| error["extensions"]["code"] == "FORBIDDEN"));
        assert!(answer["data"]["beginPayment"]["payment"]["id"].is_string());

        // and so do the roots of staff
        for document in [
            "{ mine: users { totalCount } }",
            "{ ... { users { totalCount } } }",
            "{ ... on Query { users { totalCount } } }",
            "query { ...F } fragment F on Query { ...G } fragment G on Query { users { totalCount } }",
        ] {
            let answer = send(&mei.op, document).await;
            assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN", "{answer}");
        }
    })
    .await;
}

/// What stands at this path of the data; `None` when there is no such place.
fn at<'v>(data: &'v Value, path: &[Value]) -> Option<&'v Value> {
    path.iter().try_fold(data, |value, step| match step {
        Value::String(name) => value.get(name),
        Value::Number(place) => value.get(usize::try_from(place.as_u64()?).ok()?),
        _ => None,
    })
}
