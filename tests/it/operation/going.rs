//! A server that is asked to go finishes what it was asked before, and does not wait for ever for its jobs.

use std::time::{Duration, Instant};

use tokio::net::{TcpListener, TcpStream};

use crate::kit::{
    Engine, Shop,
    raw::{Raw, post_head},
    run,
    wait::eventually,
};

const QUESTION: &str = r#"{"query":"{ plans(first: 1) { nodes { name } } }"}"#;

#[tokio::test]
async fn a_request_that_came_before_the_signal_is_finished_and_answered() {
    run(Engine::Sqlite, &[], async |mut shop: Shop| {
        // Given a request that the server is reading
        let mut request = Raw::connect(&shop.url).await;
        let length = format!("Content-Length: {}\r\nExpect: 100-continue", QUESTION.len());
        request.send(&post_head(&length)).await;
        assert!(request.head().await.starts_with("HTTP/1.1 100"));
        // When the server is asked to go, and its door is closed
        shop.server().ask_to_go();
        let address = shop.url.strip_prefix("http://").unwrap().to_owned();
        eventually("the door is closed", async || {
            TcpStream::connect(&address).await.err()
        })
        .await;
        // Then the request is answered all the same, and the server ends well
        request.send(QUESTION.as_bytes()).await;
        let said = request.rest_within(Duration::from_secs(10)).await;
        assert!(said.starts_with("HTTP/1.1 200"), "{said}");
        assert!(said.contains("nodes"), "{said}");
        let ended = eventually("the server goes", async || shop.server().ended()).await;
        assert!(ended.success(), "{ended}");
        assert!(!shop.log().contains("time is over"), "{}", shop.log());
    })
    .await;
}

#[tokio::test]
async fn a_job_that_does_not_end_keeps_nobody_from_going() {
    // Given a mail server that takes connections and never says a word
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let smtp = format!("smtp://{}", silent.local_addr().unwrap());
    let settings = [
        ("SMTP_URL", smtp.as_str()),
        ("FABRICA_MAIL_FROM", "shop@fields.example"),
    ];
    run(Engine::Sqlite, &settings, async |mut shop: Shop| {
        // and more mails for it than a server that goes has time for
        for name in ["lin", "anna", "bobo", "yiyi", "tao1"] {
            shop.newcomer(name).await;
        }
        let (_talking, _) = silent.accept().await.unwrap();
        // When the server is asked to go
        let asked = Instant::now();
        shop.server().ask_to_go();
        // Then it does, and says what it left
        let ended = loop {
            if let Some(ended) = shop.server().ended() {
                break ended;
            }
            assert!(asked.elapsed() < Duration::from_secs(30), "it stays");
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        assert!(ended.success(), "{ended}");
        let log = shop.log();
        let line = log.lines().find(|line| line.contains("time is over"));
        assert!(
            line.is_some_and(|line| line.contains("send_mails")),
            "{log}"
        );
    })
    .await;
}
