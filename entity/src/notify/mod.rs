//! What goes out to people: the outbox.

pub mod delivery;

pub use delivery::{Consumer, DeliveryState};
