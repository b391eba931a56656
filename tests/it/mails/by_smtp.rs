//! Mails by SMTP, while the server is there and while it is not.

use serde_json::json;

use crate::kit::{Engine, Shop, run, server::free_port, smtp::MailServer, wait::eventually};

const OUTBOX: &str = "{ outbox(first: 10) { nodes { id kind state attempts reason } } }";

#[tokio::test]
async fn mails_wait_for_a_server_that_is_down_and_come_once() {
    let port = free_port();
    let url = format!("smtp://127.0.0.1:{port}");
    let settings = [
        ("SMTP_URL", url.as_str()),
        // The test looks at the outbox again and again.
        ("FABRICA_RATE_PER_MINUTE", "0"),
        ("FABRICA_RATE_PER_HOUR", "0"),
        ("FABRICA_MAIL_FROM", "Green Fields <shop@fields.example>"),
    ];
    run(Engine::Sqlite, &settings, async |shop: Shop| {
        // Given a mail server that is down
        shop.newcomer("lin").await;
        let staff = shop.demo("staff").await;
        let waiting = eventually("the first attempt fails", async || {
            let answer = staff.ask(OUTBOX, json!({})).await;
            let node = answer["outbox"]["nodes"][0].clone();
            (node["attempts"] == 1 && node["reason"].is_string()).then_some(node)
        })
        .await;
        assert_eq!(waiting["state"], "QUEUED");
        assert_eq!(waiting["reason"], "the mail server cannot be reached");

        // When it comes back, so does the mail, once
        let mail_server = MailServer::start(port).await;
        let taken = eventually("the mail comes", async || mail_server.taken().pop()).await;
        assert_eq!(taken.recipients, ["lin@shopper.example"]);
        let mail = taken.read();
        let id = waiting["id"].as_str().unwrap();
        assert_eq!(
            mail.message_id(),
            Some(format!("{id}@fields.example").as_str())
        );
        assert_eq!(
            mail.from().unwrap().first().unwrap().name(),
            Some("Green Fields")
        );
        eventually("it is done", async || {
            let answer = staff.ask(OUTBOX, json!({})).await;
            (answer["outbox"]["nodes"][0]["state"] == "DONE").then_some(())
        })
        .await;
        assert_eq!(mail_server.taken().len(), 1);

        // A mailbox that is not there is a dead letter at once, which names nobody
        let nobody = shop.guest().register("nobody").await;
        assert!(!nobody.token().is_empty());
        let dead = eventually("it is given up", async || {
            let answer = staff.ask(OUTBOX, json!({})).await;
            let node = answer["outbox"]["nodes"][0].clone();
            (node["state"] == "DEAD").then_some(node)
        })
        .await;
        assert_eq!(dead["reason"], "the mail server answered 550");

        // And where mails really go out, there is no mailbox to look into, and no address in the log.
        let page = shop.http.get(format!("{}/dev/mailbox", shop.url)).send();
        assert_eq!(page.await.unwrap().status(), 404);
        assert!(!shop.log().contains("@shopper.example"));
    })
    .await;
}
