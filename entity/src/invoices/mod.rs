//! Invoices, their lines, credit notes, and the series their numbers come from.

pub mod credit_note;
pub mod invoice;
pub mod invoice_line;
pub mod invoice_series;

pub use invoice::InvoiceStatus;
