//! Contracts by which a gateway charges a card again and again: their states, their calendar, and the steps that
//! others join. What a charge pays for is decided in `flows`.

pub mod begin;
pub mod charges;
pub mod open;
pub mod query;
pub mod schedule;
pub mod state;

pub use open::open;
