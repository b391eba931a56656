//! Sockets: over a real connection, with real close codes.

use std::time::Duration;

use serde_json::json;
use tokio::io::AsyncReadExt;
use tokio_tungstenite::tungstenite::Message;

use super::{
    kit::place,
    talk::{connect, dial},
};
use futures_util::{SinkExt, StreamExt};

#[tokio::test]
async fn a_subscription_is_answered_until_it_is_complete() {
    let place = place(&[]).await;
    let mut client = connect(place.listen().await).await;
    client.init(json!({})).await;
    client.subscribe("1", "subscription { count(to: 2) }").await;
    for count in 0..2 {
        let next = client.hear().await;
        assert_eq!(next["type"], "next");
        assert_eq!(next["payload"]["data"]["count"], count);
    }
    assert_eq!(
        client.hear().await,
        json!({ "id": "1", "type": "complete" })
    );
    client
        .say(json!({ "type": "ping", "payload": { "a": 1 } }))
        .await;
    assert_eq!(
        client.hear().await,
        json!({ "type": "pong", "payload": { "a": 1 } })
    );
    client.subscribe("1", "subscription { count(to: 1) }").await;
    assert_eq!(client.hear().await["type"], "next", "the id is free again");
}

#[tokio::test]
async fn a_document_that_does_not_run_is_one_error_and_nothing_after() {
    let place = place(&[]).await;
    let mut client = connect(place.listen().await).await;
    client.init(json!(null)).await;
    for document in [
        "subscription {",
        "subscription { nothing }",
        "{ hello }",
        "mutation { write }",
    ] {
        client.subscribe("1", document).await;
        let error = client.hear().await;
        assert_eq!(
            (&error["type"], &error["id"]),
            (&json!("error"), &json!("1")),
            "{document}"
        );
        assert!(error["payload"][0]["message"].is_string());
    }
    client.say(json!({ "type": "ping" })).await;
    assert_eq!(client.hear().await["type"], "pong");
}

#[tokio::test]
async fn whoever_breaks_the_protocol_is_told_how() {
    let place = place(&[]).await;
    let address = place.listen().await;
    let subscribe = json!({ "type": "subscribe", "id": "1", "payload": { "query": "subscription { silence }" } });
    let init = json!({ "type": "connection_init" });
    let cases = [
        (vec![subscribe.clone()], 4401),
        (vec![json!({ "type": "start" })], 4400),
        (vec![json!([])], 4400),
        (vec![init.clone(), init.clone()], 4429),
        (
            vec![init.clone(), subscribe.clone(), subscribe.clone()],
            4409,
        ),
        (
            vec![json!({ "type": "connection_init", "payload": { "Authorization": "Bearer x" } })],
            4403,
        ),
        (
            vec![json!({ "type": "ping", "payload": { "x": "x".repeat(65 * 1024) } })],
            1009,
        ),
        (vec![json!({ "type": "pong" }); 200], 4429),
    ];
    for (messages, code) in cases {
        let mut client = connect(address).await;
        for message in &messages {
            // The server may have closed before the last of a flood.
            let _ = client.0.send(Message::text(message.to_string())).await;
        }
        assert_eq!(client.closed().await, code, "{}", messages[0]["type"]);
    }
    let Ok(mut client) = dial(address, &[]).await else {
        panic!("a socket without a protocol is opened, to be closed with a reason")
    };
    assert_eq!(client.closed().await, 4406);
    // Our client library takes no socket whose protocol was not chosen; the server closes it all the same.
    let legacy = [("sec-websocket-protocol", "graphql-ws")];
    assert_eq!(dial(address, &legacy).await.err(), Some(101));
}

#[tokio::test]
async fn a_client_that_says_nothing_is_closed() {
    let mut place = place(&[]).await;
    place.house.limits.init = Duration::from_millis(20);
    let mut client = connect(place.listen().await).await;
    assert_eq!(client.closed().await, 4408);
}

#[tokio::test]
async fn a_person_keeps_a_socket_as_long_as_the_session_lives() {
    let mut place = place(&[]).await;
    place.house.limits.session_check = Duration::from_millis(20);
    let (token, op) = place.somebody().await;
    let address = place.listen().await;
    let payload = json!({ "authorization": format!("Bearer {token}") });

    let mut client = connect(address).await;
    client.init(payload.clone()).await;
    client.subscribe("1", "subscription { who }").await;
    assert_eq!(client.hear().await["payload"]["data"]["who"], "user");
    domain::users::log_out(&op).await.unwrap();
    assert_eq!(client.closed().await, 4403, "logged out");
}

#[tokio::test]
async fn nothing_is_told_after_the_session_ended() {
    let place = place(&[]).await;
    let (token, op) = place.somebody().await;
    let mut client = connect(place.listen().await).await;
    client
        .init(json!({ "authorization": format!("Bearer {token}") }))
        .await;
    client.subscribe("1", "subscription { flood }").await;
    for _ in 0..10 {
        assert_eq!(client.hear().await["type"], "next");
    }
    domain::users::log_out(&op).await.unwrap();
    let next = client.0.next().await.unwrap().unwrap();
    let Message::Close(Some(frame)) = next else {
        panic!("told something more: {next}")
    };
    assert_eq!(u16::from(frame.code), 4403);
}

#[tokio::test]
async fn a_socket_ends_with_its_token() {
    let mut place = place(&[]).await;
    place.house.limits.session_check = Duration::from_millis(20);
    let (token, _) = place.somebody().await;
    let mut client = connect(place.listen().await).await;
    client
        .init(json!({ "Authorization": format!("Bearer {token}") }))
        .await;
    place.pass(60);
    assert_eq!(client.closed().await, 4403);
}

#[tokio::test]
async fn there_is_an_end_to_subscriptions_and_to_sockets() {
    let mut place = place(&[]).await;
    place.house.limits.subscriptions = 2;
    place.house.limits.sockets_of_address = 1;
    let address = place.listen().await;
    let mut client = connect(address).await;
    client.init(json!({})).await;
    for id in ["1", "2", "3"] {
        client.subscribe(id, "subscription { silence }").await;
    }
    let error = client.hear().await;
    assert_eq!(error["id"], "3");
    assert_eq!(error["payload"][0]["extensions"]["code"], "RATE_LIMITED");
    let protocol = [("sec-websocket-protocol", "graphql-transport-ws")];
    assert_eq!(dial(address, &protocol).await.err(), Some(429));
}

#[tokio::test]
async fn foreign_pages_get_no_socket() {
    let place = place(&[("FABRICA_ALLOWED_ORIGINS", "https://staff.example")]).await;
    let address = place.listen().await;
    let own = format!("http://{address}");
    for (origin, expected) in [
        ("https://evil.example", Some(403)),
        ("null", Some(403)),
        ("https://staff.example", None),
        (own.as_str(), None),
    ] {
        let headers = [
            ("sec-websocket-protocol", "graphql-transport-ws"),
            ("origin", origin),
        ];
        assert_eq!(dial(address, &headers).await.err(), expected, "{origin}");
    }
}

#[tokio::test]
async fn sockets_are_told_to_come_again_when_the_server_goes() {
    let place = place(&[]).await;
    let address = place.listen().await;
    let mut client = connect(address).await;
    client.init(json!({})).await;
    let shutdown = place.house.shutdown.clone();
    shutdown.draining.cancel();
    let protocol = [("sec-websocket-protocol", "graphql-transport-ws")];
    assert_eq!(
        dial(address, &protocol).await.err(),
        Some(503),
        "no new ones"
    );
    let going = tokio::spawn(async move { shutdown.run(Duration::ZERO).await });
    assert_eq!(client.closed().await, 1012);
    drop(client);
    assert!(going.await.unwrap(), "everything was finished");
}

#[tokio::test]
async fn each_subscription_is_taken_from_the_share() {
    let place = place(&[("FABRICA_RATE_PER_HOUR", "2")]).await;
    let mut client = connect(place.listen().await).await;
    client.init(json!({})).await;
    for id in ["1", "2"] {
        client.subscribe(id, "subscription { silence }").await;
    }
    client.subscribe("3", "subscription { silence }").await;
    let refused = client.hear().await;
    assert_eq!(
        (&refused["type"], &refused["id"]),
        (&json!("error"), &json!("3"))
    );
    let extensions = &refused["payload"][0]["extensions"];
    assert_eq!(extensions["code"], "RATE_LIMITED");
    assert!(extensions["retryAfterSeconds"].as_u64().unwrap() > 1700);
}

#[tokio::test]
async fn a_quiet_socket_is_pinged_and_one_that_never_answers_ends() {
    let mut place = place(&[]).await;
    place.house.limits.ping = Duration::from_millis(500);
    let address = place.listen().await;
    let mut client = connect(address).await;
    client.init(json!({})).await;
    // Who answers stays, ping after ping.
    for _ in 0..3 {
        let message = client.0.next().await.unwrap().unwrap();
        assert!(matches!(message, Message::Ping(_)), "{message:?}");
    }
    client.say(json!({ "type": "ping" })).await;
    loop {
        match client.0.next().await.unwrap().unwrap() {
            Message::Ping(_) => {}
            Message::Text(text) => break assert!(text.contains("pong"), "{text}"),
            other => panic!("{other:?}"),
        }
    }
    // Who reads below the protocol, and so never answers, is hung up on.
    let mut silent = connect(address).await;
    silent.init(json!({})).await;
    let mut bytes = Vec::new();
    let ended = silent.0.get_mut().read_to_end(&mut bytes);
    let ended = tokio::time::timeout(Duration::from_secs(10), ended).await;
    assert!(ended.is_ok(), "the socket stays open: {bytes:?}");
}
