//! Years in seconds: whole lives of subscriptions, on clocks that are moved and on the machine's, with people who
//! pay, forget and change their minds, gateways that fall silent, and processes that are killed.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod kit;
#[path = "kit/random.rs"]
mod random;

#[path = "flows/scene.rs"]
#[expect(
    dead_code,
    reason = "the words of another test, of which a few are spoken here"
)]
mod scene;

#[path = "years/mod.rs"]
mod years;
