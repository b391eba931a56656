//! The way of the money: from an order to its settlement, on real databases, with everything that can come
//! twice, late, in another order, or not at all.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod kit;

#[path = "flows/mod.rs"]
mod flows;
