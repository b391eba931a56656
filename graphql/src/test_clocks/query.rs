//! What can be asked about test clocks.

use async_graphql::{Context, ID, Object, Result};
use domain::{base::page::Direction, test_clocks::query};

use crate::base::{Ask, error::outward, ids, page};

use super::types::{TestClock, TestClockConnection};

/// Questions about test clocks.
#[derive(Default)]
pub struct TestClocksQuery;

#[Object]
impl TestClocksQuery {
    /// One test clock.
    async fn test_clock(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which clock, `clk_…`.")] id: ID,
    ) -> Result<Option<TestClock>> {
        let row = query::get(context.op()?, ids::parse(&id)?).await;
        Ok(Some(TestClock(row.map_err(outward)?)))
    }

    /// All test clocks, newest first.
    async fn test_clocks(
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
    ) -> Result<TestClockConnection> {
        let op = context.op()?;
        let list = query::visible_to(op.actor());
        let request = page::request(first, after, last, before);
        let sort = query::by_creation(Direction::Descending);
        TestClockConnection::fetch(op, list, &sort, &request).await
    }
}
