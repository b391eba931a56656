//! A code that verifies an address, and a link that sets a password.

use serde_json::json;

use crate::kit::{Shop, both_engines, client::SESSION, wait::eventually};

both_engines!(
    an_address_is_verified_with_the_mailed_code,
    a_forgotten_password_is_set_anew_by_the_mailed_link,
);

async fn an_address_is_verified_with_the_mailed_code(shop: Shop) {
    // Given somebody who has just registered and reads English
    let lin = shop.newcomer("lin").await;
    let first = shop.mail_to("lin@shopper.example", "驗證碼").await;
    let language = json!({ "locale": "EN" });
    lin.mutate("updateProfile", "user { locale }", language)
        .await;

    // When they ask for another code
    let document = "mutation { requestEmailCode { expiresAt errors { code } } }";
    let asked = lin.ask(document, json!({})).await;
    assert!(
        asked["requestEmailCode"]["expiresAt"].is_string(),
        "{asked}"
    );
    let mail = shop.mail_to("lin@shopper.example", "is your code").await;

    // Then the new one is in the mail, and the old one is worth nothing
    let digits =
        |subject: &str| -> String { subject.chars().filter(char::is_ascii_digit).collect() };
    let (old, new) = (digits(&first.kept.subject), digits(&mail.kept.subject));
    assert!(mail.text.contains(&new) && mail.html.contains(&new));
    if old != new {
        let refused = lin
            .attempt("verifyEmail", "user { id }", json!({ "code": old }))
            .await;
        assert_eq!(refused["errors"][0]["code"], "CODE_INVALID");
    }
    let verified = lin
        .mutate("verifyEmail", "user { isVerified }", json!({ "code": new }))
        .await;
    assert_eq!(verified["user"]["isVerified"], true);

    // And developers find the mail in the mailbox, closed off from everything.
    let page = shop.http.get(format!("{}/dev/mailbox", shop.url)).send();
    assert!(page.await.unwrap().text().await.unwrap().contains(&new));
    let address = format!("{}/dev/mailbox/{}/html", shop.url, mail.kept.id);
    let frame = shop.http.get(address).send().await.unwrap();
    let policy = frame.headers()["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("default-src 'none'") && policy.contains("sandbox"));
    for path in [
        "dlv_x",
        "..%2f..%2fsecret.key",
        "dlv_00000000000000000000000000",
    ] {
        let address = format!("{}/dev/mailbox/{path}", shop.url);
        assert_eq!(shop.http.get(address).send().await.unwrap().status(), 404);
    }
}

async fn a_forgotten_password_is_set_anew_by_the_mailed_link(shop: Shop) {
    let lin = shop.newcomer("lin").await;
    let guest = shop.guest();

    // Whoever asks, for whomever, gets the same answer
    for email in ["nobody@shopper.example", "lin@shopper.example"] {
        let answer = guest
            .send_with(
                &[("host", "evil.example")],
                "mutation($i: RequestPasswordResetInput!) { requestPasswordReset(input: $i) { accepted errors { code } } }",
                json!({ "i": { "email": email } }),
            )
            .await;
        let expected = json!({ "accepted": true, "errors": [] });
        assert_eq!(answer.body["data"]["requestPasswordReset"], expected);
    }

    // The link leads to the shop that is configured, not to whatever was asked for
    let mail = shop.mail_to("lin@shopper.example", "密碼").await;
    let page = format!("{}/reset-password#", shop.url);
    let (_, rest) = mail.text.split_once(&page).unwrap();
    let token = rest.split_whitespace().next().unwrap();
    let answer = shop.http.get(format!("{}/reset-password", shop.url)).send();
    assert_eq!(answer.await.unwrap().status(), 200);

    // It works once, by the page's form or by the API, and ends every session
    let form = |password: &str| format!("token={token}&password={password}");
    let (status, _) = shop.post("/reset-password", form("short")).await;
    assert_eq!(status, 422);
    let (status, body) = shop
        .post("/reset-password", form("another-long-river"))
        .await;
    assert_eq!(status, 200, "{body}");
    let again = json!({ "token": token, "newPassword": "a-third-long-river" });
    let refused = guest.attempt("resetPassword", "done", again).await;
    assert_eq!(refused["errors"][0]["code"], "CODE_INVALID");
    assert_eq!(
        lin.send("{ me { id } }", json!({})).await.code(),
        "UNAUTHENTICATED"
    );
    let inside = json!({ "identifier": "lin", "password": "another-long-river" });
    guest.mutate("logIn", SESSION, inside).await;
    eventually("its owner is told", async || {
        let told = shop
            .mails()
            .into_iter()
            .any(|mail| mail.subject.contains("密碼已變更"));
        told.then_some(())
    })
    .await;
}
