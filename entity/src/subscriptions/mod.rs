//! Subscriptions.

pub mod renewal;
pub mod subscription;
pub mod trial;

pub use subscription::SubscriptionStatus;
