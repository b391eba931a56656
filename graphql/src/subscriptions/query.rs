//! What can be asked about subscriptions.

use async_graphql::{Context, ID, Object, Result};
use domain::subscriptions::query::{self, by_creation};

use crate::base::{
    Ask,
    error::outward,
    ids,
    page::{self, SortDirection},
};

use super::{
    inputs::PlanSubscriptionFilter,
    types::{PlanSubscription, PlanSubscriptionConnection},
};

/// Questions about subscriptions.
#[derive(Default)]
pub struct SubscriptionsQuery;

#[Object]
impl SubscriptionsQuery {
    /// One subscription: the caller's own, or any for staff.
    async fn subscription(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which subscription.")] id: ID,
    ) -> Result<Option<PlanSubscription>> {
        let row = query::get(context.op()?, ids::parse(&id)?)
            .await
            .map_err(outward)?;
        Ok(Some(PlanSubscription(row)))
    }

    /// All subscriptions.
    #[expect(clippy::too_many_arguments, reason = "they are the field's arguments")]
    async fn subscriptions(
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
        #[graphql(desc = "Which subscriptions.")] filter: Option<PlanSubscriptionFilter>,
        #[graphql(
            desc = "By the day it was ordered: which way.",
            default_with = "SortDirection::Descending"
        )]
        direction: SortDirection,
    ) -> Result<PlanSubscriptionConnection> {
        let op = context.op()?;
        let matching = filter
            .unwrap_or_default()
            .read()?
            .apply(query::visible_to(op.actor()));
        let request = page::request(first, after, last, before);
        PlanSubscriptionConnection::fetch(op, matching, &by_creation(direction.into()), &request)
            .await
    }
}
