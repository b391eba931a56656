//! The clockwork at the edge: what runs by itself, and how it went.

pub mod mutation;
pub mod query;
pub mod types;

pub use mutation::JobsMutation;
pub use query::JobsQuery;
pub use types::{Job, JobRun};
