//! Subscriptions at the edge. The type is called `PlanSubscription`, because `Subscription` is the root of
//! everything live.

pub mod inputs;
pub mod loaders;
pub mod mutation;
pub mod plan_change;
pub mod query;
pub mod types;

pub use mutation::SubscriptionsMutation;
pub use plan_change::{PlanChangesMutation, PlanChangesQuery};
pub use query::SubscriptionsQuery;
pub use types::{PlanSubscription, PlanSubscriptionConnection};
