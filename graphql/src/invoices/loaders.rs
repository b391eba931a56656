//! Invoices and their lines for rows that point at them, in one statement for a whole answer.

use std::collections::HashMap;

use async_graphql::{Error, dataloader::Loader};
use domain::{base::Op, invoices::query};
use entity::{
    id::{InvoiceId, OrderId},
    invoices::{credit_note, invoice, invoice_line},
};

use crate::base::error::outward;

/// Loads the invoices of orders.
pub struct InvoiceByOrder(pub Op);

impl Loader<OrderId> for InvoiceByOrder {
    type Value = invoice::Model;
    type Error = Error;

    async fn load(&self, keys: &[OrderId]) -> Result<HashMap<OrderId, invoice::Model>, Error> {
        query::of_orders(&self.0, keys).await.map_err(outward)
    }
}

/// Loads the lines of invoices.
pub struct LinesByInvoice(pub Op);

impl Loader<InvoiceId> for LinesByInvoice {
    type Value = Vec<invoice_line::Model>;
    type Error = Error;

    async fn load(
        &self,
        keys: &[InvoiceId],
    ) -> Result<HashMap<InvoiceId, Vec<invoice_line::Model>>, Error> {
        query::lines_of(&self.0, keys).await.map_err(outward)
    }
}

/// Loads invoices by their ids.
pub struct InvoiceById(pub Op);

impl Loader<InvoiceId> for InvoiceById {
    type Value = invoice::Model;
    type Error = Error;

    async fn load(&self, keys: &[InvoiceId]) -> Result<HashMap<InvoiceId, invoice::Model>, Error> {
        query::by_ids(&self.0, keys).await.map_err(outward)
    }
}

/// Loads the credit notes of invoices, oldest first.
pub struct CreditNotesByInvoice(pub Op);

impl Loader<InvoiceId> for CreditNotesByInvoice {
    type Value = Vec<credit_note::Model>;
    type Error = Error;

    async fn load(
        &self,
        keys: &[InvoiceId],
    ) -> Result<HashMap<InvoiceId, Vec<credit_note::Model>>, Error> {
        query::credit_notes_of(&self.0, keys).await.map_err(outward)
    }
}
