//! Refunds at the edge.

pub mod inputs;
pub mod loaders;
pub mod mutation;
pub mod preview;
pub mod query;
pub mod types;

pub use mutation::RefundsMutation;
pub use query::RefundsQuery;
pub use types::{Refund, RefundConnection};
