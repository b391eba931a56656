//! Invoices: issued once for a payment, numbered without gaps, never changed. What goes back is told by credit
//! notes.

pub mod credit;
pub mod events;
pub mod issue;
pub mod number;
pub mod query;
pub mod tax;

pub use credit::{NewCreditNote, credit};
pub use issue::{NewInvoice, issue};
