//! Documents that are kept by their hash: what is answered from there, and that it is bounded.

use domain::base::trusted_documents::sha256_of;
use graphql::document::{Documents, Limits};

use super::{served, staff};

/// Documents that differ in a comment of some 1,200 bytes: 5 tokens and 4 more for the bytes.
fn text(number: u32) -> String {
    format!("{{ serverVersion }} #{number:01200}")
}

#[test]
fn what_was_read_is_found_by_its_hash_and_what_was_refused_is_not() {
    let documents = served();
    let hash = sha256_of(&text(1));
    assert_eq!(documents.text_of(&hash), None);
    let examined = documents.examine(&text(1)).unwrap();
    assert!(examined.is_empty(), "it has no names");
    assert_eq!(documents.text_of(&hash), Some(text(1)));
    let refused = "{ nothing }";
    documents.examine(refused).unwrap_err();
    assert_eq!(documents.text_of(&sha256_of(refused)), None);
}

#[test]
fn however_many_are_sent_only_so_many_are_kept() {
    let documents = Documents::new(Limits {
        kept_tokens: 100,
        ..Limits::default()
    });
    for number in 0..100 {
        documents.examine(&text(number)).unwrap();
    }
    let kept: Vec<u32> = (0..100)
        .filter(|number| documents.text_of(&sha256_of(&text(*number))).is_some())
        .collect();
    assert!((10..=20).contains(&kept.len()), "{kept:?}");
    assert_eq!(kept.last(), Some(&99), "the newest ones");
}

#[test]
fn what_nobody_could_afford_is_not_to_be_trusted() {
    let rows = |name: &str, more: &str| {
        format!("query {name} {{ plans(first: 100) {{ nodes {{ {more} }} }} }}")
    };
    let dear: String = (0..11)
        .map(|n| format!("p{n}: price {{ amount }} "))
        .collect();
    let documents = served();
    let names = documents
        .examine(&rows("Cheap", "price { amount }"))
        .unwrap();
    assert_eq!(names, ["Cheap"]);
    let both = format!("{} {}", rows("Cheap", "id"), rows("Dear", &dear));
    let errors = documents.examine(&both).unwrap_err();
    assert!(errors[0].message.contains("1000"), "{errors:?}");
    let mut request = async_graphql::Request::new(both).operation_name("Cheap");
    documents.prepare(&mut request, staff()).unwrap();
}
