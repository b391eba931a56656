//! The audit trail.

pub mod query;
pub mod types;

pub use query::AuditQuery;
pub use types::{AuditEntry, AuditOutcome};
