//! What can be asked about payments.

use async_graphql::{Context, ID, Object, Result};
use domain::{
    base::page::{Direction, PageRequest},
    payments::{attention, query},
};

use crate::base::{Ask, error::outward, ids, page};

use super::{
    inputs::{PaymentFilter, PaymentSort},
    types::{Payment, PaymentConnection},
};

/// Questions about payments.
#[derive(Default)]
pub struct PaymentsQuery;

#[Object]
impl PaymentsQuery {
    /// One attempt to pay: of the caller's own order, or any for staff.
    async fn payment(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which attempt.")] id: ID,
    ) -> Result<Option<Payment>> {
        let row = query::get(context.op()?, ids::parse(&id)?)
            .await
            .map_err(outward)?;
        Ok(Some(Payment(row)))
    }

    /// All attempts to pay. `paymentsNeedingAttention` has those that wait for a person.
    #[expect(clippy::too_many_arguments, reason = "they are the field's arguments")]
    async fn payments(
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
        #[graphql(desc = "Which payments.")] filter: Option<PaymentFilter>,
        #[graphql(desc = "In which order; newest first when left out.")] sort: Option<PaymentSort>,
    ) -> Result<PaymentConnection> {
        let op = context.op()?;
        let matching = filter
            .unwrap_or_default()
            .read()?
            .apply(query::visible_to(op.actor()));
        let request = page::request(first, after, last, before);
        PaymentConnection::fetch(op, matching, &PaymentSort::read(sort), &request).await
    }
    /// The payments that a person must look at, the longest waiting first: each has an `attention`.
    async fn payments_needing_attention(
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
    ) -> Result<PaymentConnection> {
        let op = context.op()?;
        let matching = attention::visible_to(op.actor(), op.now());
        let request = PageRequest {
            // What waits too long depends on the moment; the place in the list does not.
            list: Some("attention"),
            ..page::request(first, after, last, before)
        };
        let sort = query::by_creation(Direction::Ascending);
        PaymentConnection::fetch(op, matching, &sort, &request).await
    }
}
