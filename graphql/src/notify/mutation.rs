//! What can be done about the outbox.

use async_graphql::{Context, Object, Result};
use domain::notify;

use crate::base::{Ask, error::for_payload, ids};

use super::types::{Delivery, RetryDeliveryInput, RetryDeliveryPayload};

/// Work on the outbox.
#[derive(Default)]
pub struct OutboxMutation;

#[Object]
impl OutboxMutation {
    /// Brings a dead letter back: it is tried at once, then as often as a new one. Needs the role STAFF or ADMIN.
    async fn retry_delivery(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The dead letter.")] input: RetryDeliveryInput,
    ) -> Result<RetryDeliveryPayload> {
        let id = ids::parse(&input.delivery_id)?;
        let (delivery, errors) = for_payload(notify::retry_delivery(context.op()?, id).await)?;
        Ok(RetryDeliveryPayload {
            delivery: delivery.map(Delivery::from),
            errors,
        })
    }
}
