//! What a client sends around a document, over HTTP and over a socket.

use async_graphql::{Request, Variables};
use serde_json::{Map, Value};

use crate::documents::LONGEST_ID;

/// How a client says which document it means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// The document itself.
    Text(String),
    /// The id of one that was imported, without `sha256:`.
    Id(String),
    /// The hash of a text, and the text when the client thinks that we do not know it.
    Hashed { hash: String, text: Option<String> },
}

/// A document with what belongs to it.
#[derive(Debug)]
pub(super) struct Envelope {
    pub(super) document: Said,
    /// Whether the client wants to be told what its operation costs.
    pub(super) asks_cost: bool,
    operation_name: Option<String>,
    variables: Option<Value>,
    extensions: Option<Map<String, Value>>,
}

/// What is wrong with the envelope, in a sentence.
pub(super) type Malformed = &'static str;

/// As it comes: any type anywhere, but each key once. Keys that we do not know are passed over.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Raw {
    query: Option<Value>,
    document_id: Option<Value>,
    operation_name: Option<Value>,
    variables: Option<Value>,
    extensions: Option<Value>,
}

impl Envelope {
    /// From the body of a POST.
    pub(super) fn from_json(body: &[u8]) -> Result<Self, Malformed> {
        if body.trim_ascii_start().first() == Some(&b'[') {
            return Err("Batches are not taken: send one operation in each request.");
        }
        let raw: Raw = serde_json::from_slice(body)
            .map_err(|_| "The body is not a JSON object with each key once.")?;
        Self::from_raw(raw)
    }

    /// From the payload of a socket's message.
    pub(super) fn from_value(payload: Value) -> Result<Self, Malformed> {
        let raw: Raw =
            serde_json::from_value(payload).map_err(|_| "The payload is not a JSON object.")?;
        Self::from_raw(raw)
    }

    /// From the parameters of a GET, where variables and extensions are JSON texts.
    pub(super) fn from_parameters(query: &str) -> Result<Self, Malformed> {
        let mut raw = Raw::default();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            let text = || Value::String(value.clone().into_owned());
            let json = || serde_json::from_str(&value).map_err(|_| "A parameter is not JSON.");
            let (place, value) = match name.as_ref() {
                "query" => (&mut raw.query, text()),
                "documentId" => (&mut raw.document_id, text()),
                "operationName" => (&mut raw.operation_name, text()),
                "variables" => (&mut raw.variables, json()?),
                "extensions" => (&mut raw.extensions, json()?),
                _ => continue,
            };
            if place.replace(value).is_some() {
                return Err("A parameter stands there twice.");
            }
        }
        Self::from_raw(raw)
    }

    fn from_raw(raw: Raw) -> Result<Self, Malformed> {
        let query = text_of(raw.query, "`query` must be a text.")?;
        let id = text_of(raw.document_id, "`documentId` must be a text.")?;
        let operation_name = text_of(raw.operation_name, "`operationName` must be a text.")?;
        let variables = match raw.variables {
            Some(Value::Object(variables)) => Some(Value::Object(variables)),
            None | Some(Value::Null) => None,
            Some(_) => return Err("`variables` must be an object."),
        };
        let extensions = match raw.extensions {
            Some(Value::Object(extensions)) => Some(extensions),
            None | Some(Value::Null) => None,
            Some(_) => return Err("`extensions` must be an object."),
        };
        let extension = |name| extensions.as_ref().and_then(|all| all.get(name));
        Ok(Self {
            document: said(query, id, extension("persistedQuery"))?,
            asks_cost: extension("cost") == Some(&Value::Bool(true)),
            operation_name,
            variables,
            extensions,
        })
    }

    /// As the library takes it, with the document's text.
    pub(super) fn into_request(self, text: impl Into<String>) -> Request {
        let mut request = Request::new(text);
        request.operation_name = self.operation_name.filter(|name| !name.is_empty());
        if let Some(variables) = self.variables {
            request = request.variables(Variables::from_json(variables));
        }
        for (key, value) in self.extensions.unwrap_or_default() {
            if let Ok(value) = async_graphql::Value::from_json(value) {
                request.extensions.insert(key, value);
            }
        }
        request
    }
}

fn text_of(value: Option<Value>, otherwise: Malformed) -> Result<Option<String>, Malformed> {
    match value {
        Some(Value::String(text)) => Ok(Some(text)),
        None | Some(Value::Null) => Ok(None),
        Some(_) => Err(otherwise),
    }
}

fn said(
    query: Option<String>,
    id: Option<String>,
    persisted: Option<&Value>,
) -> Result<Said, Malformed> {
    let persisted = persisted.filter(|value| !value.is_null());
    match (query, id, persisted) {
        (None, Some(id), None) => Ok(Said::Id(without_prefix(&id)?)),
        (_, Some(_), _) => Err("Send `documentId` alone, without `query` and `persistedQuery`."),
        (text, None, Some(persisted)) => {
            let hash = persisted.get("sha256Hash").and_then(Value::as_str);
            match (persisted.get("version").and_then(Value::as_i64), hash) {
                (Some(1), Some(hash)) => Ok(Said::Hashed {
                    hash: without_prefix(hash)?,
                    text,
                }),
                _ => Err("`persistedQuery` must be { version: 1, sha256Hash: \"…\" }."),
            }
        }
        (Some(query), None, None) => Ok(Said::Text(query)),
        (None, None, None) => Err("`query` or `documentId` is missing."),
    }
}

/// The id as it is stored: a hash in lower case and without its prefix, all else as it is.
fn without_prefix(id: &str) -> Result<String, Malformed> {
    if id.is_empty() || id.len() > LONGEST_ID + "sha256:".len() {
        return Err("An id of a document has 1 to 128 characters.");
    }
    let bare = id.strip_prefix("sha256:").unwrap_or(id);
    let is_hash = bare.len() == 64 && bare.bytes().all(|byte| byte.is_ascii_hexdigit());
    Ok(match is_hash {
        true => bare.to_ascii_lowercase(),
        false => id.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_body_of_another_form_is_refused() {
        for body in [
            "",
            "nonsense",
            "[]",
            " [{\"query\":\"{a}\"}]",
            "\"{a}\"",
            "{}",
            "{\"query\":1}",
            "{\"query\":\"{a}\",\"query\":\"{b}\"}",
            "{\"query\":\"{a}\",\"variables\":[]}",
            "{\"query\":\"{a}\",\"variables\":\"{}\"}",
            "{\"query\":\"{a}\",\"operationName\":{}}",
            "{\"query\":\"{a}\",\"extensions\":[]}",
            "{\"query\":\"{a}\",\"variables\":{\"x\":1e999}}",
            "{\"query\":\"\\ud800\"}",
            "\u{feff}{\"query\":\"{a}\"}",
        ] {
            assert!(Envelope::from_json(body.as_bytes()).is_err(), "{body}");
        }
        assert!(Envelope::from_json(b"{\"query\":\"\xff\"}").is_err());
        let nested = format!(
            "{{\"query\":\"{{a}}\",\"variables\":{{\"x\":{}1{}}}}}",
            "[".repeat(200),
            "]".repeat(200)
        );
        assert!(Envelope::from_json(nested.as_bytes()).is_err());
    }

    #[test]
    fn unknown_keys_and_nulls_are_fine() {
        let body =
            br#"{"query":"{a}","variables":null,"operationName":null,"extensions":null,"more":1}"#;
        let envelope = Envelope::from_json(body).unwrap();
        assert_eq!(envelope.document, Said::Text("{a}".to_owned()));
        assert_eq!(envelope.operation_name, None);
    }

    #[test]
    fn a_get_brings_its_variables_as_json() {
        let envelope =
            Envelope::from_parameters("query=%7Ba%7D&variables=%7B%22x%22%3A1%7D&extra=1").unwrap();
        assert_eq!(envelope.document, Said::Text("{a}".to_owned()));
        assert_eq!(envelope.into_request("").variables.len(), 1);
        assert!(Envelope::from_parameters("query=a&query=b").is_err());
        assert!(Envelope::from_parameters("query=a&variables=x").is_err());
    }

    #[test]
    fn a_document_is_named_in_one_way_at_once() {
        let hash = "aB".repeat(32);
        let said =
            |body: serde_json::Value| Envelope::from_value(body).map(|envelope| envelope.document);
        let id = |id: &str| Ok(Said::Id(id.to_owned()));
        assert_eq!(
            said(json!({ "documentId": format!("sha256:{hash}") })),
            id(&hash.to_lowercase())
        );
        assert_eq!(said(json!({ "documentId": "5f4dCC3b" })), id("5f4dCC3b"));
        let persisted = json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } });
        let text = |text: Option<&str>| {
            Ok(Said::Hashed {
                hash: hash.to_lowercase(),
                text: text.map(str::to_owned),
            })
        };
        assert_eq!(said(json!({ "extensions": persisted })), text(None));
        assert_eq!(
            said(json!({ "query": "{a}", "extensions": persisted })),
            text(Some("{a}"))
        );
        for wrong in [
            json!({}),
            json!({ "documentId": 1 }),
            json!({ "documentId": "" }),
            json!({ "documentId": "x".repeat(200) }),
            json!({ "documentId": "x", "query": "{a}" }),
            json!({ "documentId": "x", "extensions": persisted }),
            json!({ "extensions": { "persistedQuery": "x" } }),
            json!({ "extensions": { "persistedQuery": { "version": 2, "sha256Hash": "x" } } }),
            json!({ "query": "{a}", "extensions": { "persistedQuery": { "version": 1 } } }),
        ] {
            assert!(said(wrong.clone()).is_err(), "{wrong}");
        }
        let by_get = Envelope::from_parameters("documentId=abc&extensions=%7B%22cost%22%3Atrue%7D");
        let by_get = by_get.unwrap();
        assert_eq!(
            (by_get.document, by_get.asks_cost),
            (Said::Id("abc".to_owned()), true)
        );
    }
}
