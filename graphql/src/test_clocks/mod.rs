//! Test clocks: for staff of a shop where the money is not real.

pub mod inputs;
pub mod loaders;
pub mod mutation;
pub mod query;
pub mod types;

pub use mutation::TestClocksMutation;
pub use query::TestClocksQuery;
pub use types::{TestClock, TestClockConnection};
