//! What happens to test clocks.

use chrono::{DateTime, Utc};
use entity::id::{TestClockId, UserId};
use serde::Serialize;
use uuid::Uuid;

use crate::base::{
    Event,
    event::{Sample, Topic},
};

/// A clock was made.
#[derive(Debug, Serialize)]
pub struct TestClockCreated {
    /// Which.
    pub test_clock_id: TestClockId,
    /// What it shows at first.
    pub shows: DateTime<Utc>,
}

/// A customer lives by a clock from now on.
#[derive(Debug, Serialize)]
pub struct TestClockAttached {
    /// By which.
    pub test_clock_id: TestClockId,
    /// Who.
    pub user_id: UserId,
}

/// A clock was set on its way.
#[derive(Debug, Serialize)]
pub struct TestClockSet {
    /// Which.
    pub test_clock_id: TestClockId,
    /// What it shows.
    pub from: DateTime<Utc>,
    /// Where it goes.
    pub to: DateTime<Utc>,
}

/// A clock is where it was to go, and everything on the way has happened.
#[derive(Debug, Serialize)]
pub struct TestClockArrived {
    /// Which.
    pub test_clock_id: TestClockId,
    /// What it shows.
    pub shows: DateTime<Utc>,
}

impl Event for TestClockCreated {
    const KIND: &'static str = "test_clock.created";

    fn subject(&self) -> String {
        self.test_clock_id.to_string()
    }
}

impl Event for TestClockAttached {
    const KIND: &'static str = "test_clock.attached";

    fn subject(&self) -> String {
        self.test_clock_id.to_string()
    }
}

impl Event for TestClockSet {
    const KIND: &'static str = "test_clock.set";

    fn subject(&self) -> String {
        self.test_clock_id.to_string()
    }

    fn topics(&self) -> Vec<Topic> {
        vec![Topic::TestClocks]
    }
}

impl Event for TestClockArrived {
    const KIND: &'static str = "test_clock.arrived";

    fn subject(&self) -> String {
        self.test_clock_id.to_string()
    }
}

/// One of each, for `schema/events.md`.
///
/// # Errors
/// An event cannot be written as JSON.
pub fn samples() -> Result<Vec<Sample>, serde_json::Error> {
    let test_clock_id = TestClockId(Uuid::nil());
    let from = DateTime::<Utc>::UNIX_EPOCH;
    let to = from + chrono::Duration::days(31);
    Ok(vec![
        Sample::of(&TestClockCreated {
            test_clock_id,
            shows: from,
        })?,
        Sample::of(&TestClockAttached {
            test_clock_id,
            user_id: UserId(Uuid::nil()),
        })?,
        Sample::of(&TestClockSet {
            test_clock_id,
            from,
            to,
        })?,
        Sample::of(&TestClockArrived {
            test_clock_id,
            shows: to,
        })?,
    ])
}
