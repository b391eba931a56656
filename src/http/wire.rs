//! The wire of one socket: messages in and out, each with an end to our patience, and the farewell.

use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket};

use super::protocol::{self, Close};

/// How long a client that is told why it is closed may take to say that it heard.
const FAREWELL: Duration = Duration::from_secs(2);

/// How a socket ends.
pub(super) enum End {
    /// We close it.
    Ours(Close),
    /// The client closed it, or is gone.
    Theirs,
}

impl From<Close> for End {
    fn from(close: Close) -> Self {
        Self::Ours(close)
    }
}

/// What goes on, or ends the socket.
pub(super) type Step<T> = Result<T, End>;

/// A socket that nobody can hold us up on.
pub(super) struct Wire {
    socket: WebSocket,
    /// How long the client may not read.
    patience: Duration,
}

impl Wire {
    pub(super) const fn new(socket: WebSocket, patience: Duration) -> Self {
        Self { socket, patience }
    }

    /// Whether the client speaks our protocol.
    pub(super) fn speaks(&self) -> bool {
        let chosen = self.socket.protocol();
        chosen.is_some_and(|name| name.as_bytes() == protocol::NAME.as_bytes())
    }

    /// The next message. Giving up on it loses nothing.
    pub(super) async fn hear(&mut self) -> Step<Message> {
        match self.socket.recv().await {
            Some(Ok(message)) => Ok(message),
            Some(Err(error)) if is_too_big(&error) => Err(Close::TooBig.into()),
            Some(Err(_)) | None => Err(End::Theirs),
        }
    }

    /// Sends a text, as soon as the client takes it.
    pub(super) async fn send(&mut self, text: String) -> Step<()> {
        self.deliver(Message::Text(text.into())).await
    }

    /// Sends a ping of the protocol below ours.
    pub(super) async fn ping(&mut self) -> Step<()> {
        self.deliver(Message::Ping(bytes::Bytes::new())).await
    }

    async fn deliver(&mut self, message: Message) -> Step<()> {
        match tokio::time::timeout(self.patience, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(End::Theirs),
            Err(_) => {
                metrics::counter!("ws_queue_full_total").increment(1);
                Err(Close::Overloaded.into())
            }
        }
    }

    /// Sends the close frame and waits a moment for the client's, so that it gets to read ours.
    pub(super) async fn close(mut self, close: Close) {
        let (code, reason) = close.frame();
        let frame = CloseFrame {
            code,
            reason: reason.into(),
        };
        let farewell = async {
            if self.socket.send(Message::Close(Some(frame))).await.is_ok() {
                while let Some(Ok(_)) = self.socket.recv().await {}
            }
        };
        // Who did not read has all that was sent before still to take in.
        let time = match close {
            Close::Overloaded => self.patience,
            _ => FAREWELL,
        };
        // A client that does not answer is left alone.
        let _ = tokio::time::timeout(time, farewell).await;
    }
}

/// The library tells a message that is too large by an error of this name alone.
fn is_too_big(error: &axum::Error) -> bool {
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = cause {
        if error.to_string().contains("Space limit exceeded") {
            return true;
        }
        cause = error.source();
    }
    false
}
