//! What can be asked about invoices.

use async_graphql::{Context, ID, Object, Result};
use domain::invoices::query;

use crate::base::{Ask, error::outward, ids, page};

use super::{
    inputs::{InvoiceFilter, InvoiceSort},
    types::{Invoice, InvoiceConnection},
};

/// Questions about invoices.
#[derive(Default)]
pub struct InvoicesQuery;

#[Object]
impl InvoicesQuery {
    /// One invoice: the caller's own, or any for staff.
    async fn invoice(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which invoice.")] id: ID,
    ) -> Result<Option<Invoice>> {
        let row = query::get(context.op()?, ids::parse(&id)?)
            .await
            .map_err(outward)?;
        Ok(Some(Invoice(row)))
    }

    /// All invoices.
    #[expect(clippy::too_many_arguments, reason = "they are the field's arguments")]
    async fn invoices(
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
        #[graphql(desc = "Which invoices.")] filter: Option<InvoiceFilter>,
        #[graphql(desc = "In which order; newest first when left out.")] sort: Option<InvoiceSort>,
    ) -> Result<InvoiceConnection> {
        let op = context.op()?;
        let matching = filter
            .unwrap_or_default()
            .read()?
            .apply(query::visible_to(op.actor()));
        let request = page::request(first, after, last, before);
        InvoiceConnection::fetch(op, matching, &InvoiceSort::read(sort), &request).await
    }
}
