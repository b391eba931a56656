//! A browser that watches an order: when its socket is closed it comes again, until it has seen the end.

use std::{net::Ipv4Addr, time::Duration};

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::{net::TcpSocket, sync::watch};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Message, client::IntoClientRequest},
};

/// Who watches what, from where.
#[derive(Clone)]
pub struct Watcher {
    pub url: String,
    pub token: String,
    pub order_id: String,
    pub source: Ipv4Addr,
}

/// What a watcher lived through.
#[derive(Debug, Default)]
pub struct Seen {
    /// How often it was sent elsewhere, with the code that says so.
    pub sent_elsewhere: u64,
    /// How often its socket broke without a word.
    pub broken: u64,
    /// The versions of the order, as they came.
    pub versions: Vec<i64>,
}

type Socket = WebSocketStream<tokio::net::TcpStream>;

impl Watcher {
    /// Watches until the order is `COMPLETED`; `watching` counts those who saw how it stands.
    pub async fn until_completed(self, watching: watch::Sender<usize>) -> Seen {
        let mut seen = Seen::default();
        loop {
            let mut socket = self.connect().await;
            loop {
                match next(&mut socket).await {
                    Heard::Change(status, version) => {
                        if seen.versions.is_empty() {
                            watching.send_modify(|watching| *watching += 1);
                        }
                        seen.versions.push(version);
                        if status == "COMPLETED" {
                            return seen;
                        }
                    }
                    Heard::Other => {}
                    Heard::Elsewhere => {
                        seen.sent_elsewhere += 1;
                        break;
                    }
                    Heard::Broken => {
                        seen.broken += 1;
                        break;
                    }
                }
            }
        }
    }

    /// Connects and subscribes, as often as it takes.
    async fn connect(&self) -> Socket {
        loop {
            if let Some(socket) = self.try_connect().await {
                return socket;
            }
            // What clients do between two tries.
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    async fn try_connect(&self) -> Option<Socket> {
        let address = self.url.strip_prefix("http://").unwrap();
        let from = TcpSocket::new_v4().unwrap();
        from.bind((self.source, 0).into()).unwrap();
        let stream = from.connect(address.parse().unwrap()).await.ok()?;
        let mut request = format!("ws://{address}/graphql")
            .into_client_request()
            .unwrap();
        let protocol = "graphql-transport-ws".parse().unwrap();
        let headers = request.headers_mut();
        headers.insert("sec-websocket-protocol", protocol);
        let (mut socket, _) = client_async(request, stream).await.ok()?;
        let authorization = format!("Bearer {}", self.token);
        let init =
            json!({ "type": "connection_init", "payload": { "Authorization": authorization } });
        let subscribe = json!({ "id": "1", "type": "subscribe", "payload": {
            "query": "subscription($id: ID!) { orderStatusChanged(orderId: $id) { status version } }",
            "variables": { "id": self.order_id },
        } });
        say(&mut socket, init).await?;
        // Subscribing before one is let in is an error of the protocol.
        let Some(Ok(Message::Text(answer))) = socket.next().await else {
            return None;
        };
        assert!(answer.contains("connection_ack"), "{answer}");
        say(&mut socket, subscribe).await?;
        Some(socket)
    }
}

async fn say(socket: &mut Socket, message: Value) -> Option<()> {
    socket.send(Message::text(message.to_string())).await.ok()
}

enum Heard {
    Change(String, i64),
    Elsewhere,
    Broken,
    Other,
}

async fn next(socket: &mut Socket) -> Heard {
    match socket.next().await {
        Some(Ok(Message::Text(text))) => {
            let message: Value = serde_json::from_str(&text).unwrap();
            let change = &message["payload"]["data"]["orderStatusChanged"];
            match (change["status"].as_str(), change["version"].as_i64()) {
                (Some(status), Some(version)) => Heard::Change(status.to_owned(), version),
                // Not even that there is no answer now: the server looks again by itself.
                _ => panic!("a watcher was told {message}"),
            }
        }
        Some(Ok(Message::Close(Some(frame)))) if u16::from(frame.code) == 1012 => Heard::Elsewhere,
        Some(Ok(Message::Ping(_) | Message::Pong(_))) => Heard::Other,
        _ => Heard::Broken,
    }
}
