//! A subscriber on a real socket (`graphql-transport-ws`).

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Error, Message, client::IntoClientRequest},
};

use super::wait::SOON;

/// A socket.
#[derive(Debug)]
pub struct Live {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

/// What the server said.
#[derive(Clone, Debug, PartialEq)]
pub enum Said {
    /// The socket may be used.
    LetIn,
    /// The data of an answer.
    Next(Value),
    /// An operation was refused: the first error's code.
    Error(String),
    /// An operation ended.
    Complete,
    /// The server closed the socket.
    Closed(u16),
}

/// One move of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub status: String,
    pub version: i64,
}

impl Live {
    /// Connects, and is let in with this token.
    pub async fn connect(url: &str, token: &str) -> Self {
        let mut live = Self::open(url).await;
        live.say(json!({
            "type": "connection_init", "payload": { "Authorization": format!("Bearer {token}") },
        }))
        .await;
        live.must_be_let_in().await;
        live
    }

    /// Fails unless the server takes the socket on.
    pub async fn must_be_let_in(&mut self) {
        let answer = self.message().await.unwrap();
        assert_eq!(answer["type"], "connection_ack", "{answer}");
    }

    /// Connects, and says nothing yet.
    pub async fn open(url: &str) -> Self {
        let opened = Self::dial(url, &[("sec-websocket-protocol", "graphql-transport-ws")]);
        opened.await.unwrap()
    }

    /// Asks for a socket with these headers; the status when it is refused.
    pub async fn dial(url: &str, headers: &[(&str, &str)]) -> Result<Self, u16> {
        let address = format!("{}/graphql", url.replacen("http", "ws", 1));
        let mut request = address.into_client_request().unwrap();
        for (name, value) in headers {
            let name: reqwest::header::HeaderName = name.parse().unwrap();
            request.headers_mut().insert(name, value.parse().unwrap());
        }
        match connect_async(request).await {
            Ok((socket, _)) => Ok(Self { socket }),
            Err(Error::Http(answer)) => Err(answer.status().as_u16()),
            Err(other) => panic!("no socket: {other}"),
        }
    }

    /// Sends a message.
    pub async fn say(&mut self, message: Value) {
        let message = Message::text(message.to_string());
        self.socket.send(message).await.unwrap();
    }

    /// Sends a message to a server that may have hung up.
    pub async fn try_say(&mut self, message: Value) {
        let _ = self.socket.send(Message::text(message.to_string())).await;
    }

    /// Sends a ping of the protocol below, to a server that may have hung up.
    pub async fn try_ping(&mut self) {
        let _ = self.socket.send(Message::Ping(Vec::new().into())).await;
    }

    /// Watches an order.
    pub async fn watch(&mut self, order_id: &str) {
        self.watch_as("watch", order_id).await;
    }

    /// Watches an order, under this id.
    pub async fn watch_as(&mut self, id: &str, order_id: &str) {
        self.say(json!({ "id": id, "type": "subscribe", "payload": {
            "query": "subscription($id: ID!) {
                orderStatusChanged(orderId: $id) { status previousStatus version }
            }",
            "variables": { "id": order_id },
        } }))
        .await;
    }

    /// What the server says next.
    pub async fn next(&mut self) -> Said {
        self.next_within(SOON).await.unwrap()
    }

    /// What the server says next, if it does within this time.
    pub async fn next_within(&mut self, time: Duration) -> Option<Said> {
        let message = tokio::time::timeout(time, self.message()).await.ok()?;
        Some(match message {
            Err(code) => Said::Closed(code),
            Ok(message) => match message["type"].as_str().unwrap() {
                "connection_ack" => Said::LetIn,
                "next" => Said::Next(message["payload"]["data"].clone()),
                "error" => Said::Error(code(&message["payload"][0])),
                "complete" => Said::Complete,
                other => panic!("unexpected {other}: {message}"),
            },
        })
    }

    /// The next move of the watched order.
    pub async fn change(&mut self) -> Change {
        match self.next().await {
            Said::Next(data) => {
                let change = &data["orderStatusChanged"];
                Change {
                    status: change["status"].as_str().unwrap().to_owned(),
                    version: change["version"].as_i64().unwrap(),
                }
            }
            other => panic!("no change: {other:?}"),
        }
    }

    /// Why the operation was refused, whether before or in its first answer; nothing follows.
    pub async fn refusal(&mut self) -> String {
        let message = self.message().await.unwrap();
        match message["type"].as_str().unwrap() {
            "error" => code(&message["payload"][0]),
            "next" => {
                let code = code(&message["payload"]["errors"][0]);
                let end = self.message().await.unwrap();
                assert_eq!(end["type"], "complete", "{end}");
                code
            }
            other => panic!("unexpected {other}: {message}"),
        }
    }

    /// Every move up to this status, it included.
    pub async fn changes_until(&mut self, status: &str) -> Vec<Change> {
        let mut changes = Vec::new();
        loop {
            let change = self.change().await;
            let is_last = change.status == status;
            changes.push(change);
            if is_last {
                return changes;
            }
        }
    }

    /// The next message, or the code that the socket was closed with.
    async fn message(&mut self) -> Result<Value, u16> {
        loop {
            match self.socket.next().await {
                Some(Ok(Message::Text(text))) => return Ok(serde_json::from_str(&text).unwrap()),
                Some(Ok(Message::Close(Some(frame)))) => return Err(frame.code.into()),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                other => panic!("the socket broke: {other:?}"),
            }
        }
    }
}

fn code(error: &Value) -> String {
    error["extensions"]["code"].as_str().unwrap().to_owned()
}
