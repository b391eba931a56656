//! Orders and their lines for rows that point at them, in one statement for a whole answer.

use std::collections::HashMap;

use async_graphql::{Error, dataloader::Loader};
use domain::{base::Op, orders::query};
use entity::{
    id::OrderId,
    orders::{order, order_line},
};

use crate::base::error::outward;

/// Loads orders that the caller may know of.
pub struct OrderById(pub Op);

impl Loader<OrderId> for OrderById {
    type Value = order::Model;
    type Error = Error;

    async fn load(&self, keys: &[OrderId]) -> Result<HashMap<OrderId, order::Model>, Error> {
        query::by_ids(&self.0, keys).await.map_err(outward)
    }
}

/// Loads the lines of orders.
pub struct LinesByOrder(pub Op);

impl Loader<OrderId> for LinesByOrder {
    type Value = Vec<order_line::Model>;
    type Error = Error;

    async fn load(
        &self,
        keys: &[OrderId],
    ) -> Result<HashMap<OrderId, Vec<order_line::Model>>, Error> {
        query::lines_of(&self.0, keys).await.map_err(outward)
    }
}
