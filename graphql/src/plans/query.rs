//! What can be asked about plans.

use async_graphql::{Context, Object, Result};
use domain::plans::query;

use crate::base::{Ask, error::outward, ids, page};

use super::{
    cache::{self, OnSale},
    inputs::{PlanBy, PlanFilter, PlanSort},
    types::{Plan, PlanConnection},
};

/// Questions about plans.
#[derive(Default)]
pub struct PlansQuery;

#[Object]
impl PlansQuery {
    /// The plans that can be bought; staff see the inactive and archived ones too.
    #[expect(clippy::too_many_arguments, reason = "they are the field's arguments")]
    async fn plans(
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
        #[graphql(desc = "Which plans.")] filter: Option<PlanFilter>,
        #[graphql(desc = "In which order; by their `sortOrder` when left out.")] sort: Option<
            PlanSort,
        >,
    ) -> Result<PlanConnection> {
        let filter = filter.unwrap_or_default().into();
        let sort = sort.unwrap_or_default();
        let sort = (sort.key.into(), sort.direction.into());
        let request = page::request(first, after, last, before);
        PlanConnection::shown(context, filter, sort, request).await
    }

    /// One plan; `null` for one that does not exist or that the caller may not see.
    async fn plan(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which plan.")] by: PlanBy,
    ) -> Result<Option<Plan>> {
        let op = context.op()?;
        let by = match by {
            PlanBy::Id(id) => OnSale::Id(ids::parse(&id)?),
            PlanBy::Slug(slug) => OnSale::Slug(slug),
        };
        let found = cache::through(context, |cache| &cache.on_sale, by.clone(), async {
            let found = match &by {
                OnSale::Id(id) => query::find_by_id(op, *id).await,
                OnSale::Slug(slug) => query::find_by_slug(op, slug).await,
            };
            found.map_err(outward)
        });
        Ok(found.await?.map(Plan::from))
    }
}
