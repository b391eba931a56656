//! What strangers send, given to the code that reads it first. A target takes any bytes; it panics when a promise
//! is broken. The fuzzer runs them (`scripts/fuzz.sh`), and so does a test, over all of `fuzz/corpus`.

use std::{str::FromStr, sync::LazyLock};

use adapters::ecpay::{EcpaySettings, check_mac, form_body, notice, signed_form::SignedForm};
use async_graphql::{Request, Response, Variables};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use domain::base::{
    Actor,
    page::{self, Direction, Sort, SortKey},
};
use entity::{
    id::{InvoiceId, OrderId, PaymentId, PlanId, SubscriptionId, UserId},
    plans::plan,
};
use graphql::document::{Documents, Limits};
use serde_json::Value;
use tokio::runtime::Runtime;

/// Takes any bytes.
pub type Target = fn(&[u8]);

/// Every target, by the name of its corpus.
pub const TARGETS: [(&str, Target); 4] = [
    ("document", document),
    ("request", request),
    ("form", form),
    ("mark", mark),
];

/// The codes of what was refused before anything ran.
const REFUSALS: [&str; 7] = [
    "BAD_USER_INPUT",
    "GRAPHQL_PARSE_FAILED",
    "GRAPHQL_VALIDATION_FAILED",
    "OPERATION_RESOLUTION_FAILURE",
    "QUERY_TOO_COMPLEX",
    "QUERY_TOO_DEEP",
    "QUERY_TOO_LARGE",
];

/// Bytes of an answer to what was refused.
const LONGEST_REFUSAL: usize = 8 * 1024;

/// A document: bounded, parsed, priced, validated; and run when it may.
pub fn document(bytes: &[u8]) {
    answer(Request::new(String::from_utf8_lossy(bytes)));
}

/// What is in the body of a POST: a document, its variables, and which operation of it.
pub fn request(bytes: &[u8]) {
    let Ok(Value::Object(mut body)) = serde_json::from_slice(bytes) else {
        return;
    };
    let Some(Value::String(document)) = body.remove("query") else {
        return;
    };
    let mut request = Request::new(document);
    request.operation_name = body
        .get("operationName")
        .and_then(Value::as_str)
        .map(str::to_owned);
    if let Some(variables) = body.remove("variables") {
        request = request.variables(Variables::from_json(variables));
    }
    answer(request);
}

struct Served {
    documents: Documents,
    schema: graphql::Schema,
    runtime: Runtime,
}

/// As the server answers, but nothing is kept from one document to the next, and nobody asks: resolvers find no
/// database and fail in order.
static SERVED: LazyLock<Served> = LazyLock::new(|| {
    let limits = Limits {
        kept_tokens: 0,
        ..Limits::default()
    };
    Served {
        documents: Documents::of(&graphql::sdl(), limits).unwrap(),
        schema: graphql::build_schema(&graphql::Options::default()),
        runtime: tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap(),
    }
});

fn answer(mut request: Request) {
    let Served {
        documents,
        schema,
        runtime,
    } = &*SERVED;
    match documents.prepare(&mut request, Actor::System("fuzz")) {
        Ok(_) => drop(runtime.block_on(schema.execute(request))),
        Err(errors) => {
            assert!((1..=10).contains(&errors.len()), "{}", errors.len());
            let answer = serde_json::to_value(Response::from_errors(errors)).unwrap();
            for error in answer["errors"].as_array().unwrap() {
                let code = error["extensions"]["code"].as_str().unwrap();
                assert!(REFUSALS.contains(&code), "{code}");
            }
            assert!(answer.to_string().len() <= LONGEST_REFUSAL);
        }
    }
}

/// A form as ECPay posts it: never taken without our signature, always with it, and never once it was changed.
pub fn form(bytes: &[u8]) {
    static SETTINGS: LazyLock<EcpaySettings> =
        LazyLock::new(|| EcpaySettings::simulator("http://127.0.0.1:8080"));
    let sign = |fields: &[(String, String)]| {
        check_mac::sign(fields, &SETTINGS.hash_key, &SETTINGS.hash_iv)
    };
    let verify = |fields: &[(String, String)]| {
        check_mac::verify(fields, &SETTINGS.hash_key, &SETTINGS.hash_iv)
    };
    if let Ok(form) = SignedForm::open(bytes, &SETTINGS) {
        assert_eq!(form.get("MerchantID"), Some(SETTINGS.merchant_id.as_str()));
    }
    let Ok(mut fields) = form_body::parse(bytes) else {
        return;
    };
    fields.retain(|(name, _)| name != check_mac::FIELD);
    let signature = (check_mac::FIELD.to_owned(), sign(&fields));
    fields.push(signature);
    assert!(verify(&fields));
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(&fields)
        .finish();
    for read in [notice::read_payment, notice::read_payment_info] {
        if let Ok(form) = SignedForm::open(body.as_bytes(), &SETTINGS) {
            drop(read(form));
        }
        drop(read(SignedForm::stored(fields.clone())));
    }
    if let Some((name, value)) = fields
        .first_mut()
        .filter(|(name, _)| name != check_mac::FIELD)
    {
        value.push('1');
        let name = name.clone();
        assert!(!verify(&fields), "{name} can be changed");
    }
}

/// A text that marks a thing or a place in a list: an id or a cursor.
pub fn mark(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    is_one_way::<InvoiceId>(&text);
    is_one_way::<OrderId>(&text);
    is_one_way::<PaymentId>(&text);
    is_one_way::<PlanId>(&text);
    is_one_way::<SubscriptionId>(&text);
    is_one_way::<UserId>(&text);
    let sorts = [
        sort("plans.slug", plan::Column::Slug),
        sort("plans.sort_order", plan::Column::SortOrder),
        sort("plans.created_at", plan::Column::CreatedAt),
    ];
    let lists = |text: &str| {
        let lists = sorts
            .iter()
            .filter(|sort| page::read_cursor(sort, text, "after").is_ok());
        lists.count()
    };
    assert!(lists(&text) <= 1, "a cursor of two lists");
    // As cursors are written, so that what is inside can be changed byte by byte.
    assert!(
        lists(&BASE64_URL_SAFE_NO_PAD.encode(bytes)) <= 1,
        "a cursor of two lists"
    );
}

/// An id has one text: what is read is written the same.
fn is_one_way<Id: FromStr + ToString>(text: &str) {
    if let Ok(id) = text.parse::<Id>() {
        assert_eq!(id.to_string(), text);
    }
}

fn sort(name: &'static str, column: plan::Column) -> Sort<plan::Entity> {
    Sort {
        name,
        column,
        id_column: plan::Column::Id,
        direction: Direction::Ascending,
        key: |row| SortKey::Text(row.slug.clone()),
        id: |row| row.id.0,
    }
}
