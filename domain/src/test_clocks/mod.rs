//! Clocks that can be moved, for rehearsals: who lives by one lives on its time, and nobody else notices.
//!
//! A clock is set with [`advance_test_clock`] and gets there step by step (`flows::move_test_clocks`), so that
//! everything that falls due on the way happens, in its order and on its day.

pub mod advance_test_clock;
pub mod create_test_clock;
pub mod events;
pub mod query;
pub mod require_allowed;
pub mod walk;

pub use advance_test_clock::advance_test_clock;
pub use create_test_clock::{NewTestClock, create_test_clock};
pub use require_allowed::require_allowed;
