//! Refunds for rows that point at them, in one statement for a whole answer.

use std::collections::HashMap;

use async_graphql::{Error, dataloader::Loader};
use domain::{base::Op, invoices, refunds::query};
use entity::{
    id::{PaymentId, RefundId},
    invoices::credit_note,
    refunds::refund,
};

use crate::base::error::outward;

/// Loads the refunds of payments, oldest first.
pub struct RefundsByPayment(pub Op);

impl Loader<PaymentId> for RefundsByPayment {
    type Value = Vec<refund::Model>;
    type Error = Error;

    async fn load(
        &self,
        keys: &[PaymentId],
    ) -> Result<HashMap<PaymentId, Vec<refund::Model>>, Error> {
        query::of_payments(&self.0, keys).await.map_err(outward)
    }
}

/// Loads refunds by their ids.
pub struct RefundById(pub Op);

impl Loader<RefundId> for RefundById {
    type Value = refund::Model;
    type Error = Error;

    async fn load(&self, keys: &[RefundId]) -> Result<HashMap<RefundId, refund::Model>, Error> {
        query::by_ids(&self.0, keys).await.map_err(outward)
    }
}

/// Loads the credit notes of refunds.
pub struct CreditNoteByRefund(pub Op);

impl Loader<RefundId> for CreditNoteByRefund {
    type Value = credit_note::Model;
    type Error = Error;

    async fn load(
        &self,
        keys: &[RefundId],
    ) -> Result<HashMap<RefundId, credit_note::Model>, Error> {
        invoices::query::credit_notes_by_refunds(&self.0, keys)
            .await
            .map_err(outward)
    }
}
