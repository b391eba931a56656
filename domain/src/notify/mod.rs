//! The outbox: what must leave the house, who works on it, and what became of it. Rows and jobs only; what a
//! mail says is known to `flows::letters`.
//!
//! `Tx::commit` queues a delivery with the event that causes it. A worker claims one at a time, under a lease:
//! a worker that dies loses it after two minutes, and another delivers it again under the same id. So a
//! delivery is made at least once, and whoever gets it can tell a second one.

mod claim;
pub mod events;
mod finish;
mod forget;
pub mod query;
mod retry_delivery;
mod schedule;

pub use claim::{Claimed, claim, is_waiting};
pub use finish::{done, failed, refused, skipped};
pub use forget::forget_delivered;
pub use retry_delivery::retry_delivery;
