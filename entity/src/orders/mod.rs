//! Orders and their lines.

pub mod order;
pub mod order_line;

pub use order::OrderStatus;
pub use order_line::LineKind;
