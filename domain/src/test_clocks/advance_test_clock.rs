//! Staff move a clock.

use chrono::{DateTime, Duration, Utc};
use entity::{base::test_clock, id::TestClockId};
use sea_orm::{ActiveValue::Set, EntityTrait};

use crate::base::{Access, Code, Error, Op, Result};

use super::{events::TestClockSet, query, require_allowed};

/// How far a clock is moved at once.
const MOST: Duration = Duration::days(3653);
/// How far from its making a clock ever gets: calendars and databases know years of four digits.
const EVER: Duration = Duration::days(36_525);

/// Sets where a clock is to go, and returns at once; it gets there by itself, through everything that falls due on
/// the way. The same goal again is no error, whether it is on its way or there.
///
/// # Errors
/// [`Code::TestClocksOff`]; [`Code::OutOfRange`] for going back or more than ten years at once;
/// [`Code::InvalidState`] while it is on its way to another goal.
pub async fn advance_test_clock(
    op: &Op,
    id: TestClockId,
    to: DateTime<Utc>,
) -> Result<test_clock::Model> {
    op.require(Access::Staff)?;
    require_allowed(op)?;
    let mut tx = op.begin().await?;
    let clock = query::lock(&tx, id).await?;
    if clock.moving_to.unwrap_or(clock.shows) == to {
        return Ok(clock);
    }
    if let Some(goal) = clock.moving_to {
        return Err(Error::refused(
            Code::InvalidState,
            format!("This clock is MOVING to {goal}; move it again once it is READY."),
        ));
    }
    let most = (clock.shows + MOST).min(clock.created_at + EVER);
    if to < clock.shows || to > most {
        return Err(Error::invalid(
            "to",
            Code::OutOfRange,
            "A clock goes forwards, at most ten years at once.",
        ));
    }
    let goal = test_clock::ActiveModel {
        id: Set(id),
        moving_to: Set(Some(to)),
        ..Default::default()
    };
    let moving = test_clock::Entity::update(goal).exec(tx.db()).await?;
    tx.record(TestClockSet {
        test_clock_id: id,
        from: clock.shows,
        to,
    })?;
    tx.commit().await?;
    Ok(moving)
}
