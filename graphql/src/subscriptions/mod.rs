//! Subscriptions at the edge. The type is called `PlanSubscription`, because `Subscription` is the root of
//! everything live.

pub mod card_contract;
pub mod inputs;
pub mod loaders;
pub mod mutation;
pub mod periods;
pub mod plan_change;
pub mod query;
pub mod subscription;
pub mod types;

pub use mutation::SubscriptionsMutation;
pub use plan_change::{PlanChangesMutation, PlanChangesQuery};
pub use query::SubscriptionsQuery;
pub use subscription::SubscriptionsSubscription;
pub use types::{PlanSubscription, PlanSubscriptionConnection};
