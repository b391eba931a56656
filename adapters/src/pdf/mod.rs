//! Invoices on paper: one A4 document as PDF/A-2u bytes.
//!
//! Promises: plain data in, bytes out, equal bytes for equal data; the two faces are embedded as the subset
//! that is used, with the map back to Unicode, so that the text can be searched and copied. Rendering blocks
//! the thread for some milliseconds: call it off the async threads.
//!
//! Refuses to know: rows, clocks, languages of the reader (every label stands in Chinese with English
//! beside it), and whether the amounts add up; whoever issues the invoice has seen to that.

mod error;
mod font;
pub(crate) mod format;
mod invoice;
mod label;
mod masthead;
mod page;
mod table;
#[cfg(test)]
mod tests;
mod wrap;
mod write;

pub use domain::ports::{InvoiceDocument, InvoiceDocumentLine, ServicePeriod};
pub use error::PdfError;
pub use write::{PdfPrinter, render_invoice};
