//! The way of the money: from an order to its settlement, on real databases, with everything that can come
//! twice, late, in another order, or not at all.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod kit;
#[path = "kit/random.rs"]
mod random;

#[path = "flows/mod.rs"]
mod flows;
