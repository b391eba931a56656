//! What can be done with test clocks.

use async_graphql::{Context, Object, Result, SimpleObject};
use domain::{
    flows,
    test_clocks::{self, NewTestClock},
};

use crate::{
    base::{Ask, UserError, error::for_payload, ids},
    users::User,
};

use super::{
    inputs::{AdvanceTestClockInput, AttachToTestClockInput, CreateTestClockInput},
    types::TestClock,
};

/// Work on test clocks.
#[derive(Default)]
pub struct TestClocksMutation;

/// What became of `createTestClock`.
#[derive(SimpleObject)]
pub struct CreateTestClockPayload {
    /// The new clock; `null` when there are errors.
    test_clock: Option<TestClock>,
    /// What the caller must mend; empty when it was done.
    errors: Vec<UserError>,
}

/// What became of `attachToTestClock`.
#[derive(SimpleObject)]
pub struct AttachToTestClockPayload {
    /// The customer, who lives by the clock now; `null` when there are errors.
    user: Option<User>,
    /// What the caller must mend; empty when it was done.
    errors: Vec<UserError>,
}

/// What became of `advanceTestClock`.
#[derive(SimpleObject)]
pub struct AdvanceTestClockPayload {
    /// The clock, on its way; `null` when there are errors.
    test_clock: Option<TestClock>,
    /// What the caller must mend; empty when it was done.
    errors: Vec<UserError>,
}

#[Object]
impl TestClocksMutation {
    /// Makes a clock that can be moved. It stands still until it is, and nobody lives by it yet. Only in a
    /// development or sandbox shop.
    async fn create_test_clock(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The clock.")] input: CreateTestClockInput,
    ) -> Result<CreateTestClockPayload> {
        let new = NewTestClock {
            name: input.name,
            starts_at: input.starts_at,
        };
        let made = test_clocks::create_test_clock(context.op()?, new).await;
        let (clock, errors) = for_payload(made)?;
        Ok(CreateTestClockPayload {
            test_clock: clock.map(TestClock),
            errors,
        })
    }

    /// Has a customer live by a test clock: their orders, periods, invoices and mails carry its time. For somebody
    /// who has ordered nothing yet; doing it twice does no more than doing it once.
    async fn attach_to_test_clock(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Who, and to which clock.")] input: AttachToTestClockInput,
    ) -> Result<AttachToTestClockPayload> {
        let (user, clock) = (
            ids::parse(&input.user_id)?,
            ids::parse(&input.test_clock_id)?,
        );
        let attached = flows::attach_to_test_clock(context.op()?, user, clock).await;
        let (user, errors) = for_payload(attached)?;
        Ok(AttachToTestClockPayload {
            user: user.map(User),
            errors,
        })
    }

    /// Sets where a clock is to go and returns at once. It is `MOVING` until everything on the way has happened, and
    /// `READY` then; ask `testClock`. The same goal again does nothing more.
    async fn advance_test_clock(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which clock, and where to.")] input: AdvanceTestClockInput,
    ) -> Result<AdvanceTestClockPayload> {
        let id = ids::parse(&input.test_clock_id)?;
        let set = test_clocks::advance_test_clock(context.op()?, id, input.to).await;
        let (clock, errors) = for_payload(set)?;
        Ok(AdvanceTestClockPayload {
            test_clock: clock.map(TestClock),
            errors,
        })
    }
}
