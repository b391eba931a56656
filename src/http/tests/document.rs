//! The pipeline behind both doors: what it refuses never reaches the schema.

use super::kit::place;

const NEW: (&str, &str) = ("accept", "application/graphql-response+json");

fn bomb(width: usize, depth: usize) -> String {
    let fragment = |level: usize| {
        let spread = format!("...F{}", level + 1);
        let inside = vec![spread; width].join(" ");
        format!("fragment F{level} on Query{{{inside}}}")
    };
    let fragments: String = (0..depth).map(fragment).collect();
    format!("{{...F0}}{fragments}fragment F{depth} on Query{{hello}}")
}

#[tokio::test]
async fn what_asks_for_too_much_is_a_bad_request_with_its_code_and_without_data() {
    let place = place(&[]).await;
    let aliases = |count: usize, field: &str| -> String {
        (0..count).map(|each| format!("a{each}:{field} ")).collect()
    };
    let operations: String = (0..6)
        .map(|each| format!("query Q{each}{{hello}}"))
        .collect();
    for (document, code) in [
        (bomb(2, 30), "QUERY_TOO_COMPLEX"),
        (bomb(20, 7), "QUERY_TOO_COMPLEX"),
        (format!("{{{}}}", aliases(31, "hello")), "QUERY_TOO_COMPLEX"),
        (
            format!("mutation{{{}}}", aliases(6, "write")),
            "QUERY_TOO_COMPLEX",
        ),
        (
            format!("query {}{{hello}}", "@skip(if:false)".repeat(21)),
            "QUERY_TOO_COMPLEX",
        ),
        (
            format!("{}{}", "{a".repeat(13), "}".repeat(13)),
            "QUERY_TOO_DEEP",
        ),
        (operations, "QUERY_TOO_COMPLEX"),
        ("{hello}".repeat(700), "QUERY_TOO_LARGE"),
    ] {
        let answer = place.ask(&document, &[NEW]).await;
        assert_eq!((answer.status, answer.code().as_str()), (400, code));
        assert!(answer.json().get("data").is_none(), "{}", answer.text);
        assert!(answer.text.len() <= 8 * 1024);
        let id = &answer.json()["errors"][0]["extensions"]["requestId"];
        assert_eq!(id.as_str(), Some(answer.header("x-request-id")));
        assert_eq!(
            place.ask(&document, &[]).await.status,
            200,
            "for old clients"
        );
    }
}

#[tokio::test]
async fn who_has_logged_in_may_ask_for_more() {
    let place = place(&[]).await;
    let (token, _) = place.somebody().await;
    let bearer = format!("Bearer {token}");
    // The schema does not know the field: who may ask is told so by the validation.
    let document = "{ people(first: 100) { nodes { home { street } town { name } } } }";
    let nobody = place.ask(document, &[]).await;
    assert_eq!(nobody.code(), "QUERY_TOO_COMPLEX");
    assert!(
        nobody.text.contains("301") && nobody.text.contains("200"),
        "{}",
        nobody.text
    );
    let somebody = place.ask(document, &[("authorization", &bearer)]).await;
    assert!(somebody.text.contains("people"), "{}", somebody.text);
    assert_ne!(somebody.code(), "QUERY_TOO_COMPLEX");
}

#[tokio::test]
async fn the_same_document_is_answered_again_with_other_values() {
    let place = place(&[]).await;
    for name in ["a", "b"] {
        let body = serde_json::json!({
            "query": "query($name: String) { hello(name: $name) }",
            "variables": { "name": name },
        });
        let answer = place.send(super::kit::post(&body.to_string(), &[])).await;
        assert_eq!(answer.json()["data"]["hello"], format!("hello {name}"));
    }
}
