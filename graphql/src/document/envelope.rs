//! What a client sends around a document, over HTTP and over a socket.

use async_graphql::{Request, Variables};
use serde_json::{Map, Value};

/// A document with what belongs to it.
#[derive(Debug)]
pub struct Envelope {
    query: String,
    operation_name: Option<String>,
    variables: Option<Value>,
    extensions: Option<Map<String, Value>>,
}

/// What is wrong with an envelope, in a sentence.
pub type Malformed = &'static str;

/// As it comes: any type anywhere, but each key once. Keys that we do not know are passed over.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Raw {
    query: Option<Value>,
    operation_name: Option<Value>,
    variables: Option<Value>,
    extensions: Option<Value>,
}

impl Envelope {
    /// From the body of a POST.
    ///
    /// # Errors
    /// What is wrong with its form; nothing of it is quoted.
    pub fn from_json(body: &[u8]) -> Result<Self, Malformed> {
        if body.trim_ascii_start().first() == Some(&b'[') {
            return Err("Batches are not taken: send one operation in each request.");
        }
        let raw: Raw = serde_json::from_slice(body)
            .map_err(|_| "The body is not a JSON object with each key once.")?;
        Self::from_raw(raw)
    }

    /// From the payload of a socket's message.
    ///
    /// # Errors
    /// What is wrong with its form.
    pub fn from_value(payload: Value) -> Result<Self, Malformed> {
        let raw: Raw =
            serde_json::from_value(payload).map_err(|_| "The payload is not a JSON object.")?;
        Self::from_raw(raw)
    }

    /// From the parameters of a GET, where variables and extensions are JSON texts.
    ///
    /// # Errors
    /// What is wrong with its form.
    pub fn from_parameters(query: &str) -> Result<Self, Malformed> {
        let mut raw = Raw::default();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            let text = || Value::String(value.clone().into_owned());
            let json = || serde_json::from_str(&value).map_err(|_| "A parameter is not JSON.");
            let (place, value) = match name.as_ref() {
                "query" => (&mut raw.query, text()),
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
        let query = match raw.query {
            Some(Value::String(query)) => query,
            None | Some(Value::Null) => return Err("`query` is missing."),
            Some(_) => return Err("`query` must be a text."),
        };
        let operation_name = match raw.operation_name {
            Some(Value::String(name)) => Some(name),
            None | Some(Value::Null) => None,
            Some(_) => return Err("`operationName` must be a text."),
        };
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
        Ok(Self {
            query,
            operation_name,
            variables,
            extensions,
        })
    }

    /// As the library takes it.
    #[must_use]
    pub fn into_request(self) -> Request {
        let mut request = Request::new(self.query);
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

#[cfg(test)]
mod tests {
    use super::*;

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
        assert_eq!(envelope.query, "{a}");
        assert_eq!(envelope.operation_name, None);
    }

    #[test]
    fn a_get_brings_its_variables_as_json() {
        let envelope =
            Envelope::from_parameters("query=%7Ba%7D&variables=%7B%22x%22%3A1%7D&extra=1").unwrap();
        let request = envelope.into_request();
        assert_eq!(request.query, "{a}");
        assert_eq!(request.variables.len(), 1);
        assert!(Envelope::from_parameters("query=a&query=b").is_err());
        assert!(Envelope::from_parameters("query=a&variables=x").is_err());
    }
}
