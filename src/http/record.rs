//! What is noted about a GraphQL request on its way, for the one log line at its end. No variables, no text.

use std::sync::Arc;

use domain::base::Actor;

use super::operation::Ready;

/// The longest name of an operation that is written out.
const LONGEST_NAME: usize = 100;

/// What is known about a GraphQL request when it is answered.
#[derive(Clone, Debug, Default)]
pub(super) struct Record {
    /// Who: an id or `anonymous`; nothing when the caller could not be recognised.
    pub(super) actor: Option<String>,
    pub(super) operation: Option<OperationRecord>,
}

/// What is known about its operation.
#[derive(Clone, Debug)]
pub(super) struct OperationRecord {
    pub(super) name: Option<String>,
    /// SHA-256 of the document, in hex.
    pub(super) hash: Arc<str>,
    pub(super) cost: u64,
    /// The name for figures.
    pub(super) counted_as: String,
}

/// The code of the first error of an answer, left in its extensions.
#[derive(Clone, Debug)]
pub(super) struct ErrorCode(pub(super) String);

impl OperationRecord {
    pub(super) fn of(ready: &Ready) -> Self {
        let name = ready.operation.name.as_ref();
        Self {
            name: name.map(|name| name.chars().take(LONGEST_NAME).collect()),
            hash: Arc::clone(&ready.operation.hash),
            cost: ready.operation.cost,
            counted_as: ready.counted_as.clone(),
        }
    }

    /// Counts how it ended: `ok`, or the code of its first error.
    pub(super) fn count(&self, code: Option<&str>) {
        let labels = [
            ("operation", self.counted_as.clone()),
            ("code", code.unwrap_or("ok").to_owned()),
        ];
        metrics::counter!("graphql_operations_total", &labels).increment(1);
    }
}

/// Who asks, by the id alone.
pub(super) fn name_of(actor: Actor) -> String {
    match actor.user_id() {
        Some(user) => user.to_string(),
        None => actor.to_string(),
    }
}
