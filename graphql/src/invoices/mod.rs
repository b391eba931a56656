//! Invoices at the edge.

pub mod credit_note;
pub mod inputs;
pub mod loaders;
pub mod query;
pub mod types;

pub use credit_note::CreditNote;
pub use query::InvoicesQuery;
pub use types::{Invoice, InvoiceConnection};
