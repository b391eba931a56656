//! Invoices, their lines, and the series their numbers come from.

pub mod invoice;
pub mod invoice_line;
pub mod invoice_series;

pub use invoice::InvoiceStatus;
