//! Money on its way back.

pub mod refund;

pub use refund::{CardAction, RefundKind, RefundStatus};
