//! What can be asked about orders.

use async_graphql::{Context, ID, Object, Result};
use domain::orders::query;

use crate::base::{Ask, error::outward, ids, page};

use super::{
    inputs::{OrderFilter, OrderSort},
    types::{Order, OrderConnection},
};

/// Questions about orders.
#[derive(Default)]
pub struct OrdersQuery;

#[Object]
impl OrdersQuery {
    /// One order: the caller's own, or any for staff.
    async fn order(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which order.")] id: ID,
    ) -> Result<Option<Order>> {
        let row = query::get(context.op()?, ids::parse(&id)?)
            .await
            .map_err(outward)?;
        Ok(Some(Order(row)))
    }

    /// All orders.
    #[expect(clippy::too_many_arguments, reason = "they are the field's arguments")]
    async fn orders(
        &self,
        context: &Context<'_>,
        #[graphql(
            desc = "How many from the beginning, or after `after`: 1 to 100, unless the server is set to other bounds."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(
            desc = "How many from the end, or before `before`: 1 to 100, unless the server is set to other bounds."
        )]
        last: Option<i32>,
        #[graphql(desc = "Only what precedes this cursor.")] before: Option<String>,
        #[graphql(desc = "Which orders.")] filter: Option<OrderFilter>,
        #[graphql(desc = "In which order; newest first when left out.")] sort: Option<OrderSort>,
    ) -> Result<OrderConnection> {
        let op = context.op()?;
        let matching = filter
            .unwrap_or_default()
            .read()?
            .apply(query::visible_to(op.actor()));
        let request = page::request(first, after, last, before);
        OrderConnection::fetch(op, matching, &OrderSort::read(sort), &request).await
    }
}
