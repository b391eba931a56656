//! Why there is no PDF.

use thiserror::Error;

/// Why an invoice could not be rendered. None of these depends on what the invoice says: a repeat fails again.
#[derive(Debug, Error)]
pub enum PdfError {
    /// A face that was built into the binary cannot be read.
    #[error("the embedded typeface cannot be read")]
    Typeface,
    /// The PDF library refused a setting or the document.
    #[error("the PDF could not be written: {0}")]
    Writing(String),
}
