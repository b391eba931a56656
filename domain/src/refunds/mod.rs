//! Refunds: what is set aside, which steps bring a card payment back, and where each refund stands. What they
//! do to payments, orders and invoices is joined in `flows`.

pub mod events;
pub mod plan;
pub mod progress;
#[cfg(test)]
mod progress_tests;
pub mod query;
pub mod record;
pub mod state;

pub use plan::{Obstacle, Plan, Wait, Wish, plan};
pub use progress::{Next, next};
pub use record::{NewRefund, record};
