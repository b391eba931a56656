//! Staff make a clock that can be moved.

use chrono::{DateTime, Duration, Utc};
use entity::{base::test_clock, id::TestClockId};
use sea_orm::{ActiveModelTrait, ActiveValue::Set};

use crate::base::{Access, Code, Error, Op, Result, validate};

use super::{events::TestClockCreated, require_allowed};

/// How far ahead of the machine a clock may begin.
const MOST_AHEAD: Duration = Duration::days(3653);

/// A clock to be made.
#[derive(Clone, Debug)]
pub struct NewTestClock {
    /// What staff call it: 1 to 100 characters.
    pub name: String,
    /// What it shows at first; the present instant when left out.
    pub starts_at: Option<DateTime<Utc>>,
}

/// Makes a clock. It stands still until it is moved, and nobody lives by it yet.
///
/// # Errors
/// [`Code::TestClocksOff`]; [`Code::OutOfRange`] for a day that is past or more than ten years away: the invoices
/// of a rehearsal are never dated before real ones that exist.
pub async fn create_test_clock(op: &Op, new: NewTestClock) -> Result<test_clock::Model> {
    op.require(Access::Staff)?;
    require_allowed(op)?;
    let name = validate::text("name", &new.name, 1, 100)?;
    let mut tx = op.begin().await?;
    let now = op.machine_now();
    let shows = new.starts_at.unwrap_or(now);
    if shows < now || shows > now + MOST_AHEAD {
        return Err(Error::invalid(
            "startsAt",
            Code::OutOfRange,
            "A clock begins now or later, within ten years.",
        ));
    }
    let clock = test_clock::ActiveModel {
        id: Set(op.new_id::<TestClockId>()),
        name: Set(name),
        shows: Set(shows),
        moving_to: Set(None),
        created_at: Set(now),
    };
    let clock = clock.insert(tx.db()).await?;
    tx.record(TestClockCreated {
        test_clock_id: clock.id,
        shows,
    })?;
    tx.commit().await?;
    Ok(clock)
}
