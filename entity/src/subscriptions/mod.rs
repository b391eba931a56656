//! Subscriptions.

pub mod plan_change;
pub mod renewal;
pub mod subscription;
pub mod trial;

pub use subscription::SubscriptionStatus;
