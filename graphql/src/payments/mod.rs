//! Payments at the edge.

pub mod inputs;
pub mod loaders;
pub mod mutation;
pub mod query;
pub mod types;

pub use mutation::PaymentsMutation;
pub use query::PaymentsQuery;
pub use types::{Payment, PaymentConnection};
