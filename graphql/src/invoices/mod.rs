//! Invoices at the edge.

pub mod inputs;
pub mod loaders;
pub mod query;
pub mod types;

pub use query::InvoicesQuery;
pub use types::{Invoice, InvoiceConnection};
