//! The three forms of manifests, and what is none of them.

use super::{Entry, read};
use domain::base::trusted_documents::sha256_of;
use serde_json::json;

fn entry(id: &str, text: &str) -> Entry {
    Entry {
        id: id.to_owned(),
        text: text.to_owned(),
    }
}

#[test]
fn codegen_and_relay_write_a_map_and_apollo_a_list() {
    let map = json!({ "5a1d": "{ a }", "f00d": "{ b }" }).to_string();
    assert_eq!(
        read(&map).unwrap(),
        [entry("5a1d", "{ a }"), entry("f00d", "{ b }")]
    );
    let list = json!({
        "format": "apollo-persisted-query-manifest",
        "version": 1,
        "operations": [{ "id": "x1", "name": "A", "type": "query", "body": "query A { a }" }],
    });
    assert_eq!(
        read(&list.to_string()).unwrap(),
        [entry("x1", "query A { a }")]
    );
}

#[test]
fn what_is_no_manifest_is_refused_with_a_reason() {
    for (text, reason) in [
        ("nonsense", "no JSON"),
        ("[]", "no JSON object"),
        (r#"{"a":1}"#, "\"a\""),
        (
            r#"{"format":"apollo-persisted-query-manifest","version":2,"operations":[]}"#,
            "version 1",
        ),
        (
            r#"{"format":"apollo-persisted-query-manifest","version":1}"#,
            "operations",
        ),
        (
            r#"{"format":"apollo-persisted-query-manifest","version":1,"operations":[{"id":"x"}]}"#,
            "operation 0",
        ),
        (r#"{"format":"other","operations":[]}"#, "other"),
    ] {
        let why = read(text).unwrap_err();
        assert!(why.contains(reason), "{text}: {why}");
    }
}

#[test]
fn an_id_that_looks_like_a_hash_must_be_the_text_s() {
    let hash = sha256_of("{ a }");
    for id in [
        hash.clone(),
        format!("sha256:{hash}"),
        hash.to_ascii_uppercase(),
    ] {
        assert_eq!(entry(&id, "{ a }").alias(), Ok(None), "{id}");
    }
    assert!(entry(&hash, "{ b }").alias().is_err(), "another text's");
    let md5 = "0cc175b9c0f1b6a831c399e269772661";
    assert_eq!(entry(md5, "{ a }").alias(), Ok(Some(md5.to_owned())));
    for id in ["", "a b", "ä", &"x".repeat(129)] {
        assert!(entry(id, "{ a }").alias().is_err(), "{id}");
    }
}
