//! The house rules, held by reading the house.

mod floors;
mod generated;
mod sizes;
pub(crate) mod sources;
