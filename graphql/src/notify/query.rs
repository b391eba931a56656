//! What can be asked about the outbox.

use async_graphql::{Context, Object, Result};
use domain::notify::query;

use crate::base::{Ask, error::outward, page};

use super::types::{DeliveryConnection, DeliveryFilter};

/// Questions about the outbox.
#[derive(Default)]
pub struct OutboxQuery;

#[Object]
impl OutboxQuery {
    /// Mails on their way and what became of them, newest first. Needs the role STAFF or ADMIN.
    async fn outbox(
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
        #[graphql(desc = "Which deliveries.")] filter: Option<DeliveryFilter>,
    ) -> Result<DeliveryConnection> {
        let op = context.op()?;
        let list = query::staff_list(op, &filter.unwrap_or_default().into()).map_err(outward)?;
        let request = page::request(first, after, last, before);
        DeliveryConnection::fetch(op, list, &query::newest_first(), &request).await
    }
}
