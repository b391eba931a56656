//! The house rules, held by reading the house.

mod bounds;
mod compose;
mod floors;
mod generated;
mod promises;
mod sizes;
pub(crate) mod sources;
