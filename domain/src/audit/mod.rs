//! The audit trail. What was done is written with each commit (see `base::tx`); here is the rest.

pub mod query;
pub mod refusal;

pub use query::{ActionFilter, AuditFilter};
pub use refusal::note_refusal;
