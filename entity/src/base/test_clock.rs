//! A clock that can be moved, for rehearsals.

use sea_orm::entity::prelude::*;

use crate::id::TestClockId;

/// A clock that stands still until it is moved, and the customers who live by it. Real customers have none.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "test_clocks")]
pub struct Model {
    /// The id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TestClockId,
    /// What staff call it.
    pub name: String,
    /// What it shows.
    pub shows: DateTimeUtc,
    /// Where it is being moved to; `None` while it stands.
    pub moving_to: Option<DateTimeUtc>,
    /// When it was made, by the machine's clock.
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
