//! What the library found when it validated an operation, kept with its document: it need not look twice.

use std::sync::Arc;

use async_graphql::ValidationResult;

use super::prepare::Prepared;

/// The place of an operation's verdict. It travels with the request; only documents that were validated against the
/// schema, and whose variables were, have one.
#[derive(Clone, Debug)]
pub struct Verdict {
    prepared: Arc<Prepared>,
    operation: Option<String>,
}

impl Verdict {
    pub(super) fn of(prepared: &Arc<Prepared>, operation: &Option<String>) -> Self {
        Self {
            prepared: Arc::clone(prepared),
            operation: operation.clone(),
        }
    }

    /// What was found before.
    #[must_use]
    pub fn known(&self) -> Option<ValidationResult> {
        self.prepared.verdicts.get(&self.operation)?.get().copied()
    }

    /// Keeps what was found.
    pub fn keep(&self, found: ValidationResult) {
        if let Some(place) = self.prepared.verdicts.get(&self.operation) {
            // Two requests may have looked at once; both found the same.
            let _ = place.set(found);
        }
    }
}
