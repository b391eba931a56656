//! The books, for staff.

pub mod inputs;
pub mod query;
pub mod types;

pub use query::LedgerQuery;
