//! What happens to subscriptions.

use entity::{
    id::{OrderId, PlanId, PlanVersionId, SubscriptionId, UserId},
    subscriptions::SubscriptionStatus,
};
use serde::Serialize;
use uuid::Uuid;

use crate::base::{Event, event::Sample};

/// A subscription was ordered.
#[derive(Debug, Serialize)]
pub struct SubscriptionCreated {
    /// Which.
    pub subscription_id: SubscriptionId,
    /// Whose.
    pub user_id: UserId,
    /// To which plan.
    pub plan_id: PlanId,
    /// On which terms.
    pub plan_version_id: PlanVersionId,
    /// With which order.
    pub order_id: OrderId,
}

impl Event for SubscriptionCreated {
    const KIND: &'static str = "subscription.created";

    fn subject(&self) -> String {
        self.subscription_id.to_string()
    }
}

/// A subscription moved.
#[derive(Debug, Serialize)]
pub struct SubscriptionStatusChanged {
    /// Which.
    pub subscription_id: SubscriptionId,
    /// From.
    pub from: SubscriptionStatus,
    /// To.
    pub to: SubscriptionStatus,
    /// The version the move led to.
    pub version: i64,
    /// Why.
    pub cause: String,
}

impl Event for SubscriptionStatusChanged {
    const KIND: &'static str = "subscription.status_changed";

    fn subject(&self) -> String {
        self.subscription_id.to_string()
    }
}

/// One of each, for `schema/events.md`.
///
/// # Errors
/// An event cannot be written as JSON.
pub fn samples() -> Result<Vec<Sample>, serde_json::Error> {
    let subscription_id = SubscriptionId(Uuid::nil());
    Ok(vec![
        Sample::of(&SubscriptionCreated {
            subscription_id,
            user_id: UserId(Uuid::nil()),
            plan_id: PlanId(Uuid::nil()),
            plan_version_id: PlanVersionId(Uuid::nil()),
            order_id: OrderId(Uuid::nil()),
        })?,
        Sample::of(&SubscriptionStatusChanged {
            subscription_id,
            from: SubscriptionStatus::Pending,
            to: SubscriptionStatus::Active,
            version: 2,
            cause: "settlement".to_owned(),
        })?,
    ])
}
