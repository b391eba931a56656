//! Payments for orders, in one statement for a whole answer.

use std::collections::HashMap;

use async_graphql::{Error, dataloader::Loader};
use domain::{
    base::Op,
    payments::{attention, query},
};
use entity::{
    id::{OrderId, PaymentId},
    payments::{payment, payment_decision},
};

use crate::base::error::outward;

/// Loads the attempts to pay orders, oldest first.
pub struct PaymentsByOrder(pub Op);

impl Loader<OrderId> for PaymentsByOrder {
    type Value = Vec<payment::Model>;
    type Error = Error;

    async fn load(&self, keys: &[OrderId]) -> Result<HashMap<OrderId, Vec<payment::Model>>, Error> {
        query::of_orders(&self.0, keys).await.map_err(outward)
    }
}

/// Loads payments.
pub struct PaymentById(pub Op);

impl Loader<PaymentId> for PaymentById {
    type Value = payment::Model;
    type Error = Error;

    async fn load(&self, keys: &[PaymentId]) -> Result<HashMap<PaymentId, payment::Model>, Error> {
        query::by_ids(&self.0, keys).await.map_err(outward)
    }
}

/// Loads what was decided on payments, oldest first; for staff alone.
pub struct DecisionsByPayment(pub Op);

impl Loader<PaymentId> for DecisionsByPayment {
    type Value = Vec<payment_decision::Model>;
    type Error = Error;

    async fn load(
        &self,
        keys: &[PaymentId],
    ) -> Result<HashMap<PaymentId, Vec<payment_decision::Model>>, Error> {
        attention::decisions_of(&self.0, keys)
            .await
            .map_err(outward)
    }
}
