//! Attempts to pay: opened here, decided on here, settled in `flows`.

pub mod ages;
pub mod attention;
pub mod contracts;
pub mod counters;
pub mod decide;
pub mod events;
pub mod inbox;
pub mod open;
pub mod query;
pub mod schedule;
pub mod state;

pub use decide::{Decision, decide};
pub use open::open;
