//! Orders at the edge.

pub mod inputs;
pub mod loaders;
pub mod mutation;
pub mod query;
pub mod subscription;
pub mod types;

pub use mutation::OrdersMutation;
pub use query::OrdersQuery;
pub use subscription::OrdersSubscription;
pub use types::{Order, OrderConnection};
