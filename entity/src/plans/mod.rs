//! What is sold, and the dated terms it is sold on.

pub mod plan;
pub mod plan_version;

pub use plan_version::BillingCycle;
