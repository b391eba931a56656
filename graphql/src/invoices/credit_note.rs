//! A credit note as it is shown.

use async_graphql::{Context, ID, Object, Result};
use chrono::{DateTime, Utc};
use domain::base::Error;
use entity::invoices::credit_note;

use crate::{
    base::{ask::load, error::outward, ids, scalars::Money},
    refunds::{Refund, loaders::RefundById},
};

use super::{loaders::InvoiceById, types::Invoice};

/// A credit note: it takes back some or all of an invoice, for a refund.
#[derive(Clone, Debug)]
pub struct CreditNote(pub credit_note::Model);

/// A credit note: it takes back some or all of an invoice, for a refund.
#[Object]
impl CreditNote {
    /// The id, `crn_…`.
    async fn id(&self) -> ID {
        ids::write(self.0.id)
    }

    /// The number for people, such as `CN-2026-000001`: without gaps within its year.
    async fn number(&self) -> &str {
        &self.0.number
    }

    /// Which invoice it takes back from.
    async fn invoice(&self, context: &Context<'_>) -> Result<Invoice> {
        let row = load::<InvoiceById, _>(context, self.0.invoice_id).await?;
        row.map(Invoice)
            .ok_or_else(|| outward(Error::NotFound("invoice")))
    }

    /// For which refund.
    async fn refund(&self, context: &Context<'_>) -> Result<Refund> {
        let row = load::<RefundById, _>(context, self.0.refund_id).await?;
        row.map(Refund)
            .ok_or_else(|| outward(Error::NotFound("refund")))
    }

    /// Without tax.
    async fn net(&self) -> Money {
        self.0.net().into()
    }

    /// The tax in it. The taxes of all credit notes of an invoice never come to more than its tax.
    async fn tax(&self) -> Money {
        self.0.tax().into()
    }

    /// Net and tax.
    async fn total(&self) -> Money {
        self.0.total().into()
    }

    /// Why.
    async fn reason(&self) -> &str {
        &self.0.reason
    }

    /// When it was issued.
    async fn issued_at(&self) -> DateTime<Utc> {
        self.0.issued_at
    }
}
