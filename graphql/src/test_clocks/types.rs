//! A test clock as it is shown.

use async_graphql::{Context, Enum, ID, Object, Result};
use chrono::{DateTime, Utc};
use domain::{base::page::Direction, users};
use entity::base::test_clock;

use crate::{
    base::{Ask, ids, page},
    connection,
    users::types::UserConnection,
};

/// Whether a clock stands.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum TestClockStatus {
    /// It stands, and can be moved.
    Ready,
    /// It is on its way: what falls due is happening.
    Moving,
}

/// A clock that can be moved, and the customers who live by it.
#[derive(Clone, Debug)]
pub struct TestClock(pub test_clock::Model);

impl From<test_clock::Model> for TestClock {
    fn from(row: test_clock::Model) -> Self {
        Self(row)
    }
}

connection!(
    TestClockConnection,
    TestClockEdge,
    TestClock,
    test_clock::Entity,
    "A list of test clocks, a page at a time."
);

/// A clock that can be moved, and the customers who live by it.
#[Object]
impl TestClock {
    /// The id, `clk_…`.
    async fn id(&self) -> ID {
        ids::write(self.0.id)
    }

    /// What staff call it.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Whether it stands.
    async fn status(&self) -> TestClockStatus {
        match self.0.moving_to {
            Some(_) => TestClockStatus::Moving,
            None => TestClockStatus::Ready,
        }
    }

    /// What it shows. On its way it shows each instant at which something falls due.
    async fn shows(&self) -> DateTime<Utc> {
        self.0.shows
    }

    /// Where it is going; `null` while it stands.
    async fn moving_to(&self) -> Option<DateTime<Utc>> {
        self.0.moving_to
    }

    /// When it was made, by the machine's clock.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// Who lives by it, newest first.
    async fn customers(
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
    ) -> Result<UserConnection> {
        let op = context.op()?;
        let theirs = users::query::living_by(op.actor(), self.0.id);
        let sort = users::query::by_joined_at(Direction::Descending);
        let request = page::request(first, after, last, before);
        UserConnection::fetch(op, theirs, &sort, &request).await
    }
}
