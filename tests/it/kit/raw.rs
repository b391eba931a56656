//! HTTP by hand, for what no client library would send.

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// A connection to the shop.
pub struct Raw(pub TcpStream);

impl Raw {
    pub async fn connect(url: &str) -> Self {
        let address = url.strip_prefix("http://").unwrap();
        Self(TcpStream::connect(address).await.unwrap())
    }

    pub async fn send(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).await.unwrap();
    }

    /// Everything that the server says until it closes, which it must do within this time.
    pub async fn rest_within(&mut self, time: Duration) -> String {
        let mut said = Vec::new();
        let ended = tokio::time::timeout(time, self.0.read_to_end(&mut said));
        // A reset is an end too.
        let _ = ended.await.unwrap();
        String::from_utf8_lossy(&said).into_owned()
    }

    /// What the server says up to an empty line; nothing when it closes before.
    pub async fn head(&mut self) -> String {
        let mut said = Vec::new();
        while !said.ends_with(b"\r\n\r\n") {
            match self.0.read_u8().await {
                Ok(byte) => said.push(byte),
                Err(_) => return String::new(),
            }
        }
        String::from_utf8(said).unwrap()
    }
}

/// The head of a POST of JSON to `/graphql`, with one more header.
pub fn post_head(header: &str) -> Vec<u8> {
    format!(
        "POST /graphql HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\n\
         Accept: application/graphql-response+json\r\n{header}\r\n\r\n"
    )
    .into_bytes()
}
