//! Invoices: issued once for a payment, numbered without gaps, never changed.

pub mod events;
pub mod issue;
pub mod number;
pub mod query;
pub mod tax;

pub use issue::{NewInvoice, issue};
