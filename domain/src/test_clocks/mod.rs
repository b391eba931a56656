//! Clocks that can be moved, for rehearsals: who lives by one lives on its time, and nobody else notices.
//!
//! A clock is set with [`advance_test_clock`] and gets there step by step (`flows::move_test_clocks`), so that
//! everything that falls due on the way happens, in its order and on its day.

pub mod advance_test_clock;
pub mod create_test_clock;
pub mod events;
pub mod query;
pub mod walk;

pub use advance_test_clock::advance_test_clock;
pub use create_test_clock::{NewTestClock, create_test_clock};

use crate::base::{Code, Error, Op, Result};

/// Refuses where the money is real.
///
/// # Errors
/// [`Code::TestClocksOff`].
pub fn require_allowed(op: &Op) -> Result<()> {
    if op.app().policy.test_clocks {
        return Ok(());
    }
    Err(Error::refused(
        Code::TestClocksOff,
        "Test clocks exist in a development or sandbox shop, not where the money is real.",
    ))
}
