//! Subscriptions.

pub mod subscription;

pub use subscription::SubscriptionStatus;
