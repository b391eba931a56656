//! The audit trail.

pub mod audit_entry;

pub use audit_entry::AuditOutcome;
