//! The client's side of a socket.

use std::{net::SocketAddr, time::Duration};

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Error, Message, client::IntoClientRequest, error::ProtocolError},
};

/// A socket of a client.
pub struct Client(pub WebSocketStream<MaybeTlsStream<TcpStream>>);

/// A socket with these headers, or the status that it was refused with; 101 when the server chose no protocol.
pub async fn dial(address: SocketAddr, headers: &[(&str, &str)]) -> Result<Client, u16> {
    let mut request = format!("ws://{address}/graphql")
        .into_client_request()
        .unwrap();
    for (name, value) in headers {
        let name: http::HeaderName = name.parse().unwrap();
        request.headers_mut().insert(name, value.parse().unwrap());
    }
    match connect_async(request).await {
        Ok((stream, _)) => Ok(Client(stream)),
        Err(Error::Http(response)) => Err(response.status().as_u16()),
        Err(Error::Protocol(ProtocolError::SecWebSocketSubProtocolError(_))) => Err(101),
        Err(other) => panic!("{other}"),
    }
}

pub async fn connect(address: SocketAddr) -> Client {
    let protocol = [("sec-websocket-protocol", "graphql-transport-ws")];
    dial(address, &protocol).await.expect("a socket")
}

impl Client {
    pub async fn say(&mut self, message: Value) {
        self.0
            .send(Message::text(message.to_string()))
            .await
            .unwrap();
    }

    pub async fn init(&mut self, payload: Value) {
        self.say(json!({ "type": "connection_init", "payload": payload }))
            .await;
        assert_eq!(self.hear().await, json!({ "type": "connection_ack" }));
    }

    pub async fn subscribe(&mut self, id: &str, document: &str) {
        self.say(json!({ "type": "subscribe", "id": id, "payload": { "query": document } }))
            .await;
    }

    pub async fn hear(&mut self) -> Value {
        loop {
            match self.0.next().await.expect("open").unwrap() {
                Message::Text(text) => return serde_json::from_str(&text).unwrap(),
                Message::Ping(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    /// The code that the server closes with, whatever it says before.
    pub async fn closed(&mut self) -> u16 {
        let waited = tokio::time::timeout(Duration::from_secs(10), async {
            loop {
                match self.0.next().await {
                    Some(Ok(Message::Close(Some(frame)))) => return frame.code.into(),
                    Some(Ok(_)) => {}
                    other => panic!("no close frame: {other:?}"),
                }
            }
        });
        waited.await.expect("closed in time")
    }
}
