//! What can be asked about the books.

use async_graphql::{Context, Object, Result};
use domain::{base::page::Direction, ledger::query};

use crate::base::{
    Ask,
    error::outward,
    page::{self, SortDirection},
    scalars::Date,
};

use super::{
    inputs::LedgerEntryFilter,
    types::{LedgerEntryConnection, TrialBalance},
};

/// Questions about the books.
#[derive(Default)]
pub struct LedgerQuery;

#[Object]
impl LedgerQuery {
    /// What every account comes to at the end of a day in Taipei, or now. A day that is over does not change any
    /// more.
    async fn trial_balance(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The day; now when left out.")] as_of: Option<Date>,
    ) -> Result<TrialBalance> {
        let as_of = as_of.map(|date| date.0);
        let books = context
            .op()?
            .read_list(|op| async move { query::trial_balance(&op, as_of).await })
            .await;
        TrialBalance::of(books.map_err(outward)?)
    }

    /// Every entry of the books.
    #[expect(clippy::too_many_arguments, reason = "they are the field's arguments")]
    async fn ledger_entries(
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
        #[graphql(desc = "Which entries.")] filter: Option<LedgerEntryFilter>,
        #[graphql(desc = "By the instant of the booking; newest first when left out.")]
        direction: Option<SortDirection>,
    ) -> Result<LedgerEntryConnection> {
        let op = context.op()?;
        let matching = filter
            .unwrap_or_default()
            .read()?
            .apply(query::visible_to(op.actor()));
        let direction = direction.map_or(Direction::Descending, Into::into);
        let request = page::request(first, after, last, before);
        LedgerEntryConnection::fetch(op, matching, &query::by_booking(direction), &request).await
    }
}
