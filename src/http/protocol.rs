//! The words of `graphql-transport-ws`.

use async_graphql::{Response, ServerError, Value as GraphqlValue};
use serde_json::{Value, json};

/// The name of the protocol.
pub(super) const NAME: &str = "graphql-transport-ws";

/// Why a socket is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Close {
    /// A message is larger than allowed.
    TooBig,
    /// The server is going; connect again, elsewhere.
    Restart,
    /// The client does not read.
    Overloaded,
    /// A message that is none of the protocol's.
    Malformed(&'static str),
    /// `subscribe` before the acknowledgement.
    Unauthorized,
    /// The token is not, or no longer, good.
    Forbidden,
    /// The client does not speak our protocol.
    WrongProtocol,
    /// `connection_init` did not come.
    InitTimeout,
    /// An id that is in use.
    Duplicate,
    /// A second `connection_init`.
    SecondInit,
    /// Too many messages, or too many sockets.
    TooMany(&'static str),
    /// The server cannot answer now.
    TryLater,
    /// The server met a defect of its own.
    Failed,
}

impl Close {
    /// The code and the reason, which may have 123 bytes at most.
    pub(super) const fn frame(self) -> (u16, &'static str) {
        match self {
            Self::TooBig => (1009, "Message too big"),
            Self::Failed => (1011, "Internal error"),
            Self::Restart => (1012, "Service restart"),
            Self::Overloaded => (1013, "The client does not read"),
            Self::TryLater => (1013, "Try again later"),
            Self::Malformed(reason) => (4400, reason),
            Self::Unauthorized => (4401, "Unauthorized"),
            Self::Forbidden => (4403, "Forbidden"),
            Self::WrongProtocol => (4406, "Subprotocol not acceptable"),
            Self::InitTimeout => (4408, "Connection initialisation timeout"),
            Self::Duplicate => (4409, "Subscriber for this id already exists"),
            Self::SecondInit => (4429, "Too many initialisation requests"),
            Self::TooMany(reason) => (4429, reason),
        }
    }
}

/// What a client says.
#[derive(Debug, PartialEq)]
pub(super) enum Said {
    Init(Option<Value>),
    Ping(Option<Value>),
    Pong,
    Subscribe { id: String, payload: Value },
    Complete { id: String },
}

/// Reads a message.
pub(super) fn read(text: &str) -> Result<Said, Close> {
    let malformed = |reason| Err(Close::Malformed(reason));
    let Ok(Value::Object(mut message)) = serde_json::from_str(text) else {
        return malformed("The message is not a JSON object");
    };
    let payload = message.remove("payload");
    let optional = match payload {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(fields)) => Ok(Some(Value::Object(fields))),
        Some(_) => Err(Close::Malformed("The payload is not an object")),
    };
    let id = match message.remove("id") {
        Some(Value::String(id)) if !id.is_empty() && id.len() <= 128 => Some(id),
        _ => None,
    };
    let kind = message.remove("type");
    match (kind.as_ref().and_then(Value::as_str), id) {
        (Some("connection_init"), _) => Ok(Said::Init(optional?)),
        (Some("ping"), _) => Ok(Said::Ping(optional?)),
        (Some("pong"), _) => optional.map(|_| Said::Pong),
        (Some("subscribe"), Some(id)) => match optional? {
            Some(payload) => Ok(Said::Subscribe { id, payload }),
            None => malformed("subscribe needs a payload"),
        },
        (Some("complete"), Some(id)) => Ok(Said::Complete { id }),
        (Some("subscribe" | "complete"), None) => malformed("The id is missing"),
        _ => malformed("The message has no known type"),
    }
}

/// `connection_ack`.
pub(super) fn acknowledged() -> String {
    json!({ "type": "connection_ack" }).to_string()
}

/// `pong`, with what the ping brought.
pub(super) fn pong(payload: Option<Value>) -> String {
    match payload {
        Some(payload) => json!({ "type": "pong", "payload": payload }).to_string(),
        None => json!({ "type": "pong" }).to_string(),
    }
}

/// `complete`.
pub(super) fn complete(id: &str) -> String {
    json!({ "id": id, "type": "complete" }).to_string()
}

/// Fields in the order they were asked for, which a map of JSON would lose.
#[derive(serde::Serialize)]
struct Message<'a, P> {
    id: &'a str,
    r#type: &'static str,
    payload: P,
}

/// `error`: the operation was not run, and nothing follows.
pub(super) fn error(id: &str, errors: &[ServerError]) -> Result<String, serde_json::Error> {
    serde_json::to_string(&Message {
        id,
        r#type: "error",
        payload: errors,
    })
}

/// `next`: one answer of many.
pub(super) fn next(id: &str, response: &Response) -> Result<String, serde_json::Error> {
    serde_json::to_string(&Message {
        id,
        r#type: "next",
        payload: response,
    })
}

/// Whether the operation failed before it ran: on a document that does not validate, a value that cannot be read.
pub(super) fn was_not_run(response: &Response) -> bool {
    response.data == GraphqlValue::Null
        && !response.errors.is_empty()
        && response.errors.iter().all(|error| error.path.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_fit_into_a_close_frame() {
        for close in [
            Close::TooBig,
            Close::Overloaded,
            Close::WrongProtocol,
            Close::InitTimeout,
            Close::Duplicate,
            Close::SecondInit,
        ] {
            assert!(close.frame().1.len() <= 123, "{close:?}");
        }
    }

    #[test]
    fn what_is_none_of_the_protocol_is_malformed() {
        for text in [
            "",
            "[]",
            "{}",
            "{\"type\":1}",
            "{\"type\":\"start\",\"id\":\"1\"}",
            "{\"type\":\"subscribe\",\"payload\":{}}",
            "{\"type\":\"subscribe\",\"id\":1,\"payload\":{}}",
            "{\"type\":\"subscribe\",\"id\":\"\",\"payload\":{}}",
            "{\"type\":\"subscribe\",\"id\":\"1\"}",
            "{\"type\":\"complete\"}",
            "{\"type\":\"connection_init\",\"payload\":\"x\"}",
            "{\"type\":\"ping\",\"payload\":[]}",
        ] {
            assert!(matches!(read(text), Err(Close::Malformed(_))), "{text}");
        }
        assert_eq!(read("{\"type\":\"connection_init\"}"), Ok(Said::Init(None)));
        assert_eq!(read("{\"type\":\"pong\",\"payload\":{}}"), Ok(Said::Pong));
    }
}
