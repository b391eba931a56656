//! Invoices on paper: what one says, and who prints it.

use chrono::{DateTime, Utc};
use entity::{
    invoices::invoice::{InvoiceStatus, Party},
    money::Money,
    payments::payment::PaymentMethod,
};

/// Puts invoices on paper.
pub trait InvoicePrinter: Send + Sync {
    /// The invoice as a PDF. Blocks the thread for some milliseconds.
    ///
    /// # Errors
    /// It cannot be drawn, which is a defect.
    fn print(
        &self,
        invoice: &InvoiceDocument,
    ) -> Result<Vec<u8>, Box<dyn std::error::Error + Send + Sync>>;
}

/// Everything that is printed on one invoice. Texts may hold anything: line breaks become spaces (in
/// `notes` and `footer` they stay), characters without a glyph are dropped, letters among them become `〓`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvoiceDocument {
    /// The number for people, `INV-2026-000001`.
    pub number: String,
    /// The number of the order it is for, `ORD-20261120-7K2M9Q`.
    pub order_number: String,
    /// Whether it counts; a void one is marked so, paid or not.
    pub status: InvoiceStatus,
    /// When it was issued; printed as the date in Taipei, and the creation date of the file.
    pub issued_at: DateTime<Utc>,
    /// When it was paid, printed as the date in Taipei; without it the invoice is marked as due.
    pub paid_at: Option<DateTime<Utc>>,
    /// How it was, or will be, paid.
    pub payment_method: Option<PaymentMethod>,
    /// The time the lines cover, if they cover any.
    pub period: Option<ServicePeriod>,
    /// Who issued it.
    pub seller: Party,
    /// To whom.
    pub buyer: Party,
    /// What was sold, in this order.
    pub lines: Vec<InvoiceDocumentLine>,
    /// Without tax.
    pub net: Money,
    /// The tax in the total.
    pub tax: Money,
    /// Net and tax.
    pub total: Money,
    /// The tax rate: 500 is 5 %.
    pub tax_rate_basis_points: i32,
    /// What else it says; may be empty.
    pub notes: String,
    /// The small print at the foot of every page, two lines at most; may be empty.
    pub footer: String,
}

/// The time that lines cover.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServicePeriod {
    /// When it begins.
    pub start: DateTime<Utc>,
    /// When it ends (exclusive); the last day it touches in Taipei is printed.
    pub end: DateTime<Utc>,
}

/// One line of an invoice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvoiceDocumentLine {
    /// What was sold.
    pub description: String,
    /// How many.
    pub quantity: i32,
    /// The price of one, tax included.
    pub unit_price: Money,
    /// Quantity times price, tax included.
    pub amount: Money,
}
