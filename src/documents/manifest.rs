//! The manifests that clients' tools write: a map from id to text (graphql-codegen's client preset, Relay), or
//! Apollo's list of operations.

use domain::base::trusted_documents::sha256_of;
use serde_json::{Map, Value};

/// The longest id, in bytes.
pub const LONGEST_ID: usize = 128;

const APOLLO: &str = "apollo-persisted-query-manifest";

/// A document of a manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What the tool calls it.
    pub id: String,
    /// The document.
    pub text: String,
}

impl Entry {
    /// What clients may send besides the hash of the text; nothing when the tool's id is that hash.
    ///
    /// # Errors
    /// An id that could not be sent, or that looks like the hash of another text.
    pub fn alias(&self) -> Result<Option<String>, &'static str> {
        let id = self.id.strip_prefix("sha256:").unwrap_or(&self.id);
        if id.len() == 64 && id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return match id.eq_ignore_ascii_case(&sha256_of(&self.text)) {
                true => Ok(None),
                false => Err("its id is not the SHA-256 of its text"),
            };
        }
        let is_plain = !self.id.is_empty() && self.id.bytes().all(|byte| byte.is_ascii_graphic());
        match is_plain && self.id.len() <= LONGEST_ID {
            true => Ok(Some(self.id.clone())),
            false => Err("its id must be 1 to 128 visible ASCII characters"),
        }
    }
}

/// Why a manifest cannot be read, in words.
pub type Malformed = String;

/// Reads a manifest of any of the three forms.
///
/// # Errors
/// It is none of them.
pub fn read(text: &str) -> Result<Vec<Entry>, Malformed> {
    let Value::Object(manifest) =
        serde_json::from_str(text).map_err(|error| format!("it is no JSON: {error}"))?
    else {
        return Err("it is no JSON object".to_owned());
    };
    match manifest.get("format") {
        Some(Value::String(format)) if format == APOLLO => of_apollo(&manifest),
        Some(Value::String(format)) if manifest.contains_key("operations") => {
            Err(format!("the format {format:?} is not known"))
        }
        _ => of_map(manifest),
    }
}

fn of_map(manifest: Map<String, Value>) -> Result<Vec<Entry>, Malformed> {
    let entry = |(id, text)| match text {
        Value::String(text) => Ok(Entry { id, text }),
        _ => Err(format!("{id:?} is not the text of a document")),
    };
    manifest.into_iter().map(entry).collect()
}

fn of_apollo(manifest: &Map<String, Value>) -> Result<Vec<Entry>, Malformed> {
    if manifest.get("version") != Some(&Value::from(1)) {
        return Err("of Apollo's manifests only version 1 is known".to_owned());
    }
    let Some(Value::Array(operations)) = manifest.get("operations") else {
        return Err("`operations` is missing".to_owned());
    };
    let text = |operation: &Value, name| Some(operation.get(name)?.as_str()?.to_owned());
    let entry = |(index, operation): (usize, &Value)| {
        let id = text(operation, "id");
        let body = text(operation, "body");
        let (id, text) = id
            .zip(body)
            .ok_or_else(|| format!("operation {index} lacks `id` or `body`"))?;
        Ok(Entry { id, text })
    };
    operations.iter().enumerate().map(entry).collect()
}
