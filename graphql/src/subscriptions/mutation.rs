//! What can be done with subscriptions.

use async_graphql::{Context, Object, Result, SimpleObject};
use domain::{
    flows::{self, NewSubscriptionOrder},
    subscriptions,
};

use crate::{
    base::{Ask, UserError, error::for_payload, idempotency, ids},
    orders::Order,
};

use super::{
    inputs::{CreateSubscriptionInput, UpdateSubscriptionStatusInput},
    types::PlanSubscription,
};

/// Work on subscriptions.
#[derive(Default)]
pub struct SubscriptionsMutation;

/// What became of `createSubscription`.
#[derive(SimpleObject)]
pub struct CreateSubscriptionPayload {
    /// The subscription, `PENDING` until its order is paid; `null` when there are errors.
    subscription: Option<PlanSubscription>,
    /// Its order, to be paid with `beginPayment`; `null` when there are errors.
    order: Option<Order>,
    /// What the caller must mend; empty when it was done.
    errors: Vec<UserError>,
}

/// What became of `updateSubscriptionStatus`.
#[derive(SimpleObject)]
pub struct UpdateSubscriptionStatusPayload {
    /// The subscription as it is now; `null` when there are errors.
    subscription: Option<PlanSubscription>,
    /// What the caller must mend; empty when it was done.
    errors: Vec<UserError>,
}

#[Object]
impl SubscriptionsMutation {
    /// Subscribes to a plan: a pending subscription and its order. A plan that costs nothing is active at once;
    /// for all others `beginPayment` comes next.
    async fn create_subscription(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "To which plan.")] input: CreateSubscriptionInput,
    ) -> Result<CreateSubscriptionPayload> {
        let new = NewSubscriptionOrder {
            plan_id: ids::parse(&input.plan_id)?,
            auto_renew: input.auto_renew,
            notes: input.notes.unwrap_or_default(),
        };
        let key = idempotency::key(context, &input.idempotency_key);
        let made = flows::create_subscription(context.op()?, new, key).await;
        let (made, errors) = for_payload(made)?;
        let (subscription, order) = made.unzip();
        Ok(CreateSubscriptionPayload {
            subscription: subscription.map(PlanSubscription),
            order: order.map(Order),
            errors,
        })
    }

    /// Moves a subscription as its states allow. A pending one follows its order and is not moved here.
    async fn update_subscription_status(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which subscription, and where to.")] input: UpdateSubscriptionStatusInput,
    ) -> Result<UpdateSubscriptionStatusPayload> {
        let id = ids::parse(&input.subscription_id)?;
        let moved = subscriptions::update_status(context.op()?, id, input.status.into()).await;
        let (subscription, errors) = for_payload(moved)?;
        Ok(UpdateSubscriptionStatusPayload {
            subscription: subscription.map(PlanSubscription),
            errors,
        })
    }
}
