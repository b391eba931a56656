//! The outbox: mails on their way, and dead letters.

pub mod mutation;
pub mod query;
pub mod types;

pub use mutation::OutboxMutation;
pub use query::OutboxQuery;
pub use types::{Delivery, DeliveryConnection, DeliveryState};
