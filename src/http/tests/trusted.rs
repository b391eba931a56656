//! Documents by their ids, over each door, in each mode.

use domain::base::{
    Op,
    trusted_documents::{Imported, NewDocument, import, sha256_of},
};
use serde_json::{Value, json};

use super::kit::{Answer, Place, place, post};

const MODERN: (&str, &str) = ("accept", "application/graphql-response+json");
const GREETING: &str = "query Greeting($name: String) { hello(name: $name) }";
const AD_HOC: &str = "{ hello }";

async fn in_mode(mode: &str) -> Place {
    place(&[("FABRICA_TRUSTED_DOCUMENTS", mode)]).await
}

/// Imports a document as `fabrica documents import` does once it has checked it.
pub(super) async fn import_as(place: &Place, id: Option<&str>, text: &str) -> Imported {
    let op = Op::system(place.house.app.clone(), "documents", "command");
    let document = NewDocument {
        id: id.map(str::to_owned),
        name: "Greeting".to_owned(),
        text: text.to_owned(),
    };
    let outcomes = import(&op, &[document]).await.unwrap();
    *outcomes.first().unwrap()
}

impl Place {
    async fn import(&self, id: Option<&str>, text: &str) -> Imported {
        import_as(self, id, text).await
    }

    async fn post(&self, body: Value) -> Answer {
        self.send(post(&body.to_string(), &[MODERN])).await
    }

    /// A text as it is, its hash alone, and both, as clients with automatic persisted queries send them.
    async fn by_hash(&self, text: &str, with_text: bool) -> Answer {
        let extensions =
            json!({ "persistedQuery": { "version": 1, "sha256Hash": sha256_of(text) } });
        match with_text {
            true => {
                self.post(json!({ "query": text, "extensions": extensions }))
                    .await
            }
            false => self.post(json!({ "extensions": extensions })).await,
        }
    }
}

fn greets(answer: &Answer) -> bool {
    answer.status == 200 && answer.json()["data"]["hello"] == "hello Mei"
}

#[tokio::test]
async fn an_imported_document_is_run_by_its_hash_and_by_the_id_of_its_tool() {
    for mode in ["prefer", "only"] {
        let place = in_mode(mode).await;
        assert_eq!(
            place.import(Some("a1b2"), GREETING).await,
            Imported::Added,
            "while the server runs"
        );
        let hash = sha256_of(GREETING);
        for id in [
            format!("sha256:{hash}"),
            hash.clone(),
            format!("sha256:{}", hash.to_uppercase()),
            "a1b2".to_owned(),
        ] {
            let body = json!({ "documentId": id, "variables": { "name": "Mei" } });
            let answer = place.post(body).await;
            assert!(greets(&answer), "{mode} {id}: {}", answer.text);
        }
        let by_get = place
            .get("/graphql?documentId=a1b2&variables=%7B%22name%22%3A%22Mei%22%7D")
            .await;
        assert!(greets(&by_get), "{mode}: {}", by_get.text);
        // What graphql-codegen's clients send, whatever the algorithm of their hash.
        let body = json!({
            "variables": { "name": "Mei" },
            "extensions": { "persistedQuery": { "version": 1, "sha256Hash": "a1b2" } },
        });
        assert!(greets(&place.post(body).await), "{mode}");
        let whole = json!({ "query": GREETING, "variables": { "name": "Mei" } });
        assert!(greets(&place.post(whole).await), "{mode}: the text itself");
    }
}

#[tokio::test]
async fn an_id_that_nobody_imported_is_not_found() {
    for mode in ["off", "prefer", "only"] {
        let place = in_mode(mode).await;
        let answer = place.post(json!({ "documentId": "nothing" })).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (400, "PERSISTED_QUERY_NOT_FOUND"),
            "{mode}"
        );
        assert!(answer.json().get("data").is_none(), "{}", answer.text);
    }
    let off = in_mode("off").await;
    off.import(Some("a1b2"), GREETING).await;
    let answer = off.post(json!({ "documentId": "a1b2" })).await;
    assert_eq!(answer.code(), "PERSISTED_QUERY_NOT_FOUND", "off is off");
}

#[tokio::test]
async fn an_invented_id_makes_the_server_look_again_only_now_and_then() {
    let place = in_mode("prefer").await;
    let unknown = place.post(json!({ "documentId": "a1b2" })).await;
    assert_eq!(unknown.code(), "PERSISTED_QUERY_NOT_FOUND");
    place.import(Some("a1b2"), GREETING).await;
    tokio::time::pause();
    let still = place.post(json!({ "documentId": "a1b2" })).await;
    assert_eq!(
        still.code(),
        "PERSISTED_QUERY_NOT_FOUND",
        "it has just looked"
    );
    tokio::time::advance(place.house.trusted.patience).await;
    tokio::time::resume();
    let body = json!({ "documentId": "a1b2", "variables": { "name": "Mei" } });
    let known = place.post(body).await;
    assert!(greets(&known), "{}", known.text);
}

#[tokio::test]
async fn only_imported_documents_are_run_where_only_they_may() {
    let place = in_mode("only").await;
    place.import(None, GREETING).await;
    let (token, _) = place.somebody().await;
    let bearer = format!("Bearer {token}");
    for headers in [&[MODERN][..], &[MODERN, ("authorization", &bearer)]] {
        let refused = place.ask(AD_HOC, headers).await;
        assert_eq!(
            (refused.status, refused.code().as_str()),
            (400, "FORBIDDEN"),
            "whoever asks"
        );
        assert!(refused.text.contains("documentId"), "{}", refused.text);
    }
    for document in ["{ __schema { queryType { name } } }", "nonsense {"] {
        let refused = place.ask(document, &[MODERN]).await;
        assert_eq!(refused.code(), "FORBIDDEN", "{document}");
    }
    let almost = format!("{GREETING} ");
    assert_eq!(place.ask(&almost, &[MODERN]).await.code(), "FORBIDDEN");
}

#[tokio::test]
async fn a_client_registers_a_document_by_sending_it_with_its_hash() {
    for mode in ["off", "prefer"] {
        let place = in_mode(mode).await;
        let first = place.by_hash(AD_HOC, false).await;
        assert_eq!(first.code(), "PERSISTED_QUERY_NOT_FOUND", "{mode}");
        let message = &first.json()["errors"][0]["message"];
        assert_eq!(message, "PersistedQueryNotFound", "what clients look for");
        assert_eq!(place.by_hash(AD_HOC, true).await.status, 200, "{mode}");
        let again = place.by_hash(AD_HOC, false).await;
        assert_eq!(again.json()["data"]["hello"], "hello ", "{mode}");
        let as_id = json!({ "documentId": sha256_of(AD_HOC) });
        let as_id = place.post(as_id).await;
        assert_eq!(
            as_id.code(),
            "PERSISTED_QUERY_NOT_FOUND",
            "registered is not imported"
        );
    }
}

#[tokio::test]
async fn a_hash_that_is_not_the_text_s_registers_nothing() {
    let place = in_mode("prefer").await;
    let hash = sha256_of("{ other }");
    let persisted = json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } });
    let forged = json!({ "query": AD_HOC, "extensions": persisted });
    let forged = place.post(forged).await;
    assert_eq!(
        (forged.status, forged.code().as_str()),
        (400, "BAD_REQUEST")
    );
    let after = place.post(json!({ "extensions": persisted })).await;
    assert_eq!(after.code(), "PERSISTED_QUERY_NOT_FOUND");
}

#[tokio::test]
async fn registering_does_not_widen_what_only_imported_documents_may() {
    let place = in_mode("only").await;
    place.import(None, GREETING).await;
    assert_eq!(place.by_hash(AD_HOC, true).await.code(), "FORBIDDEN");
    assert_eq!(
        place.by_hash(AD_HOC, false).await.code(),
        "PERSISTED_QUERY_NOT_FOUND"
    );
    // Even one that was read before, as after a change of the mode.
    place.house.documents.examine(AD_HOC).unwrap();
    assert!(place.house.documents.text_of(&sha256_of(AD_HOC)).is_some());
    assert_eq!(
        place.by_hash(AD_HOC, false).await.code(),
        "PERSISTED_QUERY_NOT_FOUND"
    );
    let granted = [true, false].map(|with_text| place.by_hash(GREETING, with_text));
    for answer in granted {
        assert_eq!(answer.await.status, 200, "imported");
    }
}

#[tokio::test]
async fn an_event_stream_follows_an_imported_document() {
    let place = in_mode("only").await;
    place
        .import(Some("c0"), "subscription Count { count(to: 1) }")
        .await;
    let events = ("accept", "text/event-stream");
    let body = json!({ "documentId": "c0" }).to_string();
    let answer = place.send(post(&body, &[events])).await;
    assert_eq!(
        answer.text,
        "event: next\ndata: {\"data\":{\"count\":0}}\n\nevent: complete\ndata:\n\n"
    );
    let refused = place.ask("subscription { count(to: 1) }", &[events]).await;
    assert!(refused.text.contains("FORBIDDEN"), "{}", refused.text);
}

#[tokio::test]
async fn an_id_means_one_text_for_ever() {
    let place = in_mode("prefer").await;
    assert_eq!(place.import(Some("a1"), GREETING).await, Imported::Added);
    assert_eq!(place.import(Some("a1"), GREETING).await, Imported::Known);
    assert_eq!(
        place.import(Some("a2"), GREETING).await,
        Imported::Added,
        "another name"
    );
    assert_eq!(place.import(Some("a1"), AD_HOC).await, Imported::IdTaken);
    let unknown = json!({ "documentId": sha256_of(AD_HOC) });
    let unknown = place.post(unknown).await;
    assert_eq!(
        unknown.code(),
        "PERSISTED_QUERY_NOT_FOUND",
        "left nothing behind"
    );
}

#[tokio::test]
async fn where_each_document_came_from_is_counted() {
    let place = in_mode("prefer").await;
    place.import(Some("a1b2"), GREETING).await;
    let before = place.get("/metrics").await.text;
    place.post(json!({ "documentId": "a1b2" })).await;
    place.ask("query Anything { hello }", &[]).await;
    let after = place.get("/metrics").await.text;
    // Other tests of this process count too.
    for line in [
        "graphql_documents_total{source=\"trusted\"}",
        "graphql_documents_total{source=\"ad_hoc\"}",
        "graphql_operations_total{operation=\"Greeting\",code=\"ok\"}",
        "graphql_operations_total{operation=\"other\",code=\"ok\"}",
    ] {
        let value = |text: &str| -> u64 {
            let found = text.lines().find_map(|each| each.strip_prefix(line));
            found.map_or(0, |value| value.trim().parse().unwrap())
        };
        assert!(value(&after) > value(&before), "{line}\n{after}");
    }
    assert!(!after.contains("Anything"), "names that anybody makes up");
}
