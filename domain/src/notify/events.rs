//! What happens to deliveries.

use entity::id::DeliveryId;
use serde::Serialize;
use uuid::Uuid;

use crate::base::{Event, Topic, event::Sample};

/// Somebody queued a dead letter again.
#[derive(Debug, Serialize)]
pub struct DeliveryRetried {
    /// Which.
    pub delivery_id: DeliveryId,
}

impl Event for DeliveryRetried {
    const KIND: &'static str = "delivery.retried";

    fn subject(&self) -> String {
        self.delivery_id.to_string()
    }

    fn topics(&self) -> Vec<Topic> {
        vec![Topic::Outbox]
    }
}

/// One of each, for `schema/events.md`.
///
/// # Errors
/// An event cannot be written as JSON.
pub fn samples() -> Result<Vec<Sample>, serde_json::Error> {
    Ok(vec![Sample::of(&DeliveryRetried {
        delivery_id: DeliveryId(Uuid::nil()),
    })?])
}
