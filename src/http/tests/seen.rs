//! A document that was seen before costs no parsing and no validation, by whatever door it comes.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use async_graphql::{
    ServerError, ValidationResult,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextValidation},
};
use graphql::{Options, document::Documents};
use serde_json::json;

use super::{
    kit::{Place, place, post},
    talk::connect,
};

/// Stands behind the doorkeeper and counts the validations that come through.
#[derive(Clone, Default)]
struct Validations(Arc<AtomicUsize>);

impl Validations {
    /// How many there were since this was last asked.
    fn since(&self) -> usize {
        self.0.swap(0, Ordering::Relaxed)
    }
}

impl ExtensionFactory for Validations {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(self.clone())
    }
}

#[async_trait::async_trait]
impl Extension for Validations {
    async fn validation(
        &self,
        ctx: &ExtensionContext<'_>,
        next: NextValidation<'_>,
    ) -> Result<ValidationResult, Vec<ServerError>> {
        self.0.fetch_add(1, Ordering::Relaxed);
        next.run(ctx).await
    }
}

/// A place with the shop's own schema.
async fn watched() -> (Place, Validations) {
    let validations = Validations::default();
    let options = Options::default();
    let mut place = place(&[]).await;
    let schema = graphql::builder(&options).extension(validations.clone());
    place.house.schema = Arc::new(schema.finish());
    place.house.documents = Arc::new(Documents::of(&graphql::sdl(), options.limits).unwrap());
    (place, validations)
}

#[tokio::test]
async fn a_query_is_validated_once_by_post_and_get_whatever_its_variables() {
    let (place, validations) = watched().await;
    let document = "query Plans($first: Int) { plans(first: $first) { totalCount } }";
    let body = |first: i32| json!({ "query": document, "variables": { "first": first } });
    for first in 1..4 {
        let answer = place.send(post(&body(first).to_string(), &[])).await;
        assert_eq!(answer.json()["data"]["plans"]["totalCount"], 0);
    }
    let query: String = url::form_urlencoded::byte_serialize(document.as_bytes()).collect();
    let answer = place.get(&format!("/graphql?query={query}")).await;
    assert_eq!(answer.json()["data"]["plans"]["totalCount"], 0);
    assert_eq!(validations.since(), 1);
    // Another document is another matter, and so is one that is wrong: that is refused before.
    place.ask("{ serverVersion }", &[]).await;
    assert_eq!(validations.since(), 1);
    let refused = place.ask("{ nothing }", &[]).await;
    assert_eq!(refused.code(), "GRAPHQL_VALIDATION_FAILED");
    assert_eq!(validations.since(), 0);
    // What was known to be valid is still asked for the right variables.
    let refused = place
        .send(post(&body(1).to_string().replace('1', "\"one\""), &[]))
        .await;
    assert_eq!(refused.code(), "BAD_USER_INPUT");
}

#[tokio::test]
async fn each_operation_of_a_document_is_validated_once() {
    let (place, validations) = watched().await;
    let document = "query A { serverVersion } query B { plans(first: 1) { totalCount } }";
    for name in ["A", "B", "A", "B"] {
        let body = json!({ "query": document, "operationName": name });
        let answer = place.send(post(&body.to_string(), &[])).await;
        assert!(answer.json()["errors"].is_null(), "{}", answer.text);
    }
    assert_eq!(validations.since(), 2);
}

#[tokio::test]
async fn a_subscription_is_validated_once_over_sockets_and_event_streams() {
    let (place, validations) = watched().await;
    let document = r#"subscription { orderStatusChanged(orderId: "ord_01jd0000000000000000000000") { __typename } }"#;
    let mut client = connect(place.listen().await).await;
    client.init(json!({})).await;
    for id in ["1", "2"] {
        client.subscribe(id, document).await;
        let told = client.hear().await;
        assert_eq!(told["id"], id);
        assert!(told.to_string().contains("UNAUTHENTICATED"), "{told}");
        if told["type"] == "next" {
            assert_eq!(client.hear().await["type"], "complete");
        }
    }
    let events = place
        .ask(document, &[("accept", "text/event-stream")])
        .await;
    assert!(events.text.contains("UNAUTHENTICATED"), "{}", events.text);
    assert_eq!(validations.since(), 1);
}
