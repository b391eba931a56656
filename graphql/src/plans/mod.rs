//! Plans: what is sold, and the terms it is sold on.

pub mod cache;
pub mod inputs;
pub mod loaders;
pub mod mutation;
pub mod query;
pub mod types;

pub use cache::PlanCache;
pub use mutation::PlansMutation;
pub use query::PlansQuery;
pub use types::{BillingCycle, Plan, PlanVersion};
