//! Orders: the only way in for anything sold.

pub mod events;
pub mod number;
pub mod place;
pub mod price;
pub mod query;
pub mod state;

pub use place::{NewLine, NewOrder, place};
