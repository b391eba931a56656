//! Our payments beside the gateway's statements, for staff.

pub mod query;
pub mod types;

pub use query::ReconciliationQuery;
