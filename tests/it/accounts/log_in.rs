//! Logging in, and trying to.

use serde_json::{Value, json};

use crate::kit::{
    Shop, both_engines,
    client::{Answer, Client, SESSION},
    scenario::DEMO_PASSWORD,
};

both_engines!(
    an_unknown_name_and_a_wrong_password_get_the_same_answer,
    the_sixth_try_must_wait_whatever_it_says,
    an_endless_password_is_not_hashed,
);

async fn try_log_in(
    client: &Client,
    headers: &[(&str, &str)],
    name: &str,
    password: &str,
) -> Answer {
    let document = format!(
        "mutation($input: LogInInput!) {{ logIn(input: $input) {{ {SESSION} errors {{ code message path }} }} }}"
    );
    let input = json!({ "input": { "identifier": name, "password": password } });
    client.send_with(headers, &document, input).await
}

async fn an_unknown_name_and_a_wrong_password_get_the_same_answer(shop: Shop) {
    // Given an account that was closed
    let admin = shop.demo("admin").await;
    let me = shop
        .newcomer("lin")
        .await
        .ask("{ me { id } }", json!({}))
        .await;
    let input = json!({ "userId": me["me"]["id"] });
    admin.mutate("deactivateUser", "user { id }", input).await;

    let guest = shop.guest();
    let mut answers: Vec<(u16, Value)> = Vec::new();
    for (name, password) in [
        ("nobody@demo.example", DEMO_PASSWORD),
        ("mei@demo.example", "not-the-password"),
        ("lin", crate::kit::client::PASSWORD),
    ] {
        let answer = try_log_in(&guest, &[], name, password).await;
        answers.push((answer.status, answer.body));
    }
    assert_eq!(answers[0].0, 200);
    let error = &answers[0].1["data"]["logIn"]["errors"][0];
    assert_eq!(error["code"], "WRONG_CREDENTIALS");
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0], answers[2]);
}

async fn the_sixth_try_must_wait_whatever_it_says(shop: Shop) {
    let guest = shop.guest();
    // A header from the internet does not make five addresses of one
    for last in 1..=5 {
        let forwarded = format!("203.0.113.{last}");
        let headers = [("x-forwarded-for", forwarded.as_str())];
        let answer = try_log_in(&guest, &headers, "mei@demo.example", "not-the-password").await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
    let headers = [("x-forwarded-for", "198.51.100.7")];
    let answer = try_log_in(&guest, &headers, "mei@demo.example", DEMO_PASSWORD).await;
    assert_eq!(
        (answer.status, answer.code()),
        (429, "RATE_LIMITED"),
        "{}",
        answer.body
    );
    let wait: u64 = answer.header("retry-after").parse().unwrap();
    assert!((1..=900).contains(&wait), "{wait}");

    // and everybody else comes in as ever
    shop.demo("staff").await;
}

async fn an_endless_password_is_not_hashed(shop: Shop) {
    let guest = shop.guest();
    let before = shop.database.counts().await;
    let answer = try_log_in(&guest, &[], "mei@demo.example", &"x".repeat(129)).await;
    let error = &answer.body["data"]["logIn"]["errors"][0];
    assert_eq!((answer.status, &error["code"]), (200, &json!("TOO_LONG")));
    let answer = try_log_in(&guest, &[], "mei@demo.example", &"x".repeat(100 * 1024)).await;
    assert_eq!((answer.status, answer.code()), (413, "QUERY_TOO_LARGE"));
    assert_eq!(shop.database.counts().await, before);
}
