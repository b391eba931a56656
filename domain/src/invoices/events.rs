//! What happens to invoices.

use entity::{
    id::{CreditNoteId, InvoiceId, OrderId, RefundId},
    money::{Currency, Money},
};
use serde::Serialize;
use uuid::Uuid;

use crate::base::{Event, event::Sample};

/// An invoice was issued.
#[derive(Debug, Serialize)]
pub struct InvoiceIssued {
    /// Which.
    pub invoice_id: InvoiceId,
    /// Its number for people.
    pub number: String,
    /// For which order.
    pub order_id: OrderId,
    /// What it comes to, tax included.
    pub total: Money,
    /// The tax in it.
    pub tax: Money,
}

impl Event for InvoiceIssued {
    const KIND: &'static str = "invoice.issued";

    fn subject(&self) -> String {
        self.invoice_id.to_string()
    }
}

/// A credit note was issued.
#[derive(Debug, Serialize)]
pub struct CreditNoteIssued {
    /// Which.
    pub credit_note_id: CreditNoteId,
    /// Its number for people.
    pub number: String,
    /// Of which invoice.
    pub invoice_id: InvoiceId,
    /// For which refund.
    pub refund_id: RefundId,
    /// What it takes back, tax included.
    pub total: Money,
    /// The tax in it.
    pub tax: Money,
}

impl Event for CreditNoteIssued {
    const KIND: &'static str = "credit_note.issued";

    fn subject(&self) -> String {
        self.credit_note_id.to_string()
    }
}

/// One of each, for `schema/events.md`.
///
/// # Errors
/// An event cannot be written as JSON.
pub fn samples() -> Result<Vec<Sample>, serde_json::Error> {
    Ok(vec![
        Sample::of(&InvoiceIssued {
            invoice_id: InvoiceId(Uuid::nil()),
            number: "INV-2026-000001".to_owned(),
            order_id: OrderId(Uuid::nil()),
            total: Money::new(899, Currency::Twd),
            tax: Money::new(43, Currency::Twd),
        })?,
        Sample::of(&CreditNoteIssued {
            credit_note_id: CreditNoteId(Uuid::nil()),
            number: "CN-2026-000001".to_owned(),
            invoice_id: InvoiceId(Uuid::nil()),
            refund_id: RefundId(Uuid::nil()),
            total: Money::new(300, Currency::Twd),
            tax: Money::new(14, Currency::Twd),
        })?,
    ])
}
