//! The audit trail, and the chain over it.

pub mod audit_entry;
pub mod audit_seal;
pub mod audit_unsealed;

pub use audit_entry::AuditOutcome;
