//! Whose time it is. Real customers live by the machine's clock; those of a rehearsal by a clock that can be moved.
//!
//! A row knows the clock it lives by. Whoever locks it enters its timeline, so that whatever is written next
//! carries the customer's time; the clockwork looks for due rows on one timeline at a time.

use chrono::{DateTime, Utc};
use entity::{base::test_clock, id::TestClockId};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, sea_query::SimpleExpr};

use super::error::{Error, Result};

/// Whose time it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Timeline {
    /// The machine's.
    #[default]
    Machine,
    /// A test clock's.
    TestClock {
        /// Which clock.
        id: TestClockId,
        /// What it shows.
        shows: DateTime<Utc>,
    },
}

impl Timeline {
    /// The timeline of rows with this clock, as the clock stands now.
    ///
    /// # Errors
    /// The database does not answer, or the clock is gone.
    pub async fn of(db: &impl ConnectionTrait, clock: Option<TestClockId>) -> Result<Self> {
        let Some(id) = clock else {
            return Ok(Self::Machine);
        };
        let clock = test_clock::Entity::find_by_id(id)
            .one(db)
            .await?
            .ok_or(Error::NotFound("test clock"))?;
        Ok(Self::TestClock {
            id,
            shows: clock.shows,
        })
    }

    /// What rows made on it keep.
    #[must_use]
    pub const fn clock_id(self) -> Option<TestClockId> {
        match self {
            Self::Machine => None,
            Self::TestClock { id, .. } => Some(id),
        }
    }

    /// The rows that live on it, by their column of the clock.
    #[must_use]
    pub fn rows(self, column: impl ColumnTrait) -> SimpleExpr {
        match self {
            Self::Machine => column.is_null(),
            Self::TestClock { id, .. } => column.eq(id),
        }
    }
}
