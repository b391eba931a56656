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
    inputs::{
        CancelSubscriptionInput, CreateSubscriptionInput, PauseSubscriptionInput,
        ResumeSubscriptionInput, RetrySubscriptionInput, SetAutoRenewInput,
        UpdateSubscriptionStatusInput,
    },
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

/// What became of `setAutoRenew`.
#[derive(SimpleObject)]
pub struct SetAutoRenewPayload {
    /// The subscription as it is now; `null` when there are errors.
    subscription: Option<PlanSubscription>,
    /// What the caller must mend; empty when it was done.
    errors: Vec<UserError>,
}

/// What became of `cancelSubscription`.
#[derive(SimpleObject)]
pub struct CancelSubscriptionPayload {
    /// The subscription as it is now; `null` when there are errors.
    subscription: Option<PlanSubscription>,
    /// What the caller must mend; empty when it was done.
    errors: Vec<UserError>,
}

/// What became of `pauseSubscription`.
#[derive(SimpleObject)]
pub struct PauseSubscriptionPayload {
    /// The subscription as it is now; `null` when there are errors.
    subscription: Option<PlanSubscription>,
    /// What the caller must mend; empty when it was done.
    errors: Vec<UserError>,
}

/// What became of `resumeSubscription`.
#[derive(SimpleObject)]
pub struct ResumeSubscriptionPayload {
    /// The subscription as it is now; `null` when there are errors.
    subscription: Option<PlanSubscription>,
    /// What the caller must mend; empty when it was done.
    errors: Vec<UserError>,
}

/// What became of `retrySubscription`.
#[derive(SimpleObject)]
pub struct RetrySubscriptionPayload {
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

    /// Turns the renewal of a subscription on or off. Off: an unpaid order of the next period is cancelled, and it
    /// runs out with its period. On: a cancellation at the period's end is taken back.
    async fn set_auto_renew(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which subscription.")] input: SetAutoRenewInput,
    ) -> Result<SetAutoRenewPayload> {
        let id = ids::parse(&input.subscription_id)?;
        let key = idempotency::key(context, &input.idempotency_key);
        let done = flows::set_auto_renew(context.op()?, id, input.auto_renew, key).await;
        let (subscription, errors) = for_payload(done)?;
        Ok(SetAutoRenewPayload {
            subscription: subscription.map(PlanSubscription),
            errors,
        })
    }

    /// Ends a subscription, now or when its period is over; an unpaid order of the next period is cancelled with it.
    /// One that is pending, paused or past due has no period left to wait for, and ends at once.
    async fn cancel_subscription(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which subscription.")] input: CancelSubscriptionInput,
    ) -> Result<CancelSubscriptionPayload> {
        let id = ids::parse(&input.subscription_id)?;
        let key = idempotency::key(context, &input.idempotency_key);
        let done = flows::cancel_subscription(context.op()?, id, input.at.into(), key).await;
        let (subscription, errors) = for_payload(done)?;
        Ok(CancelSubscriptionPayload {
            subscription: subscription.map(PlanSubscription),
            errors,
        })
    }

    /// Pauses an active subscription: it gives nothing, costs nothing, and keeps the days that were not used.
    /// For one that is paused already, `until` is the new end of its pause.
    async fn pause_subscription(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which subscription.")] input: PauseSubscriptionInput,
    ) -> Result<PauseSubscriptionPayload> {
        let id = ids::parse(&input.subscription_id)?;
        let done = flows::pause_subscription(context.op()?, id, input.until).await;
        let (subscription, errors) = for_payload(done)?;
        Ok(PauseSubscriptionPayload {
            subscription: subscription.map(PlanSubscription),
            errors,
        })
    }

    /// Ends a pause now, or takes a cancellation at the period's end back. One that runs already stays so.
    async fn resume_subscription(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which subscription.")] input: ResumeSubscriptionInput,
    ) -> Result<ResumeSubscriptionPayload> {
        let id = ids::parse(&input.subscription_id)?;
        let done = flows::resume_subscription(context.op()?, id).await;
        let (subscription, errors) = for_payload(done)?;
        Ok(ResumeSubscriptionPayload {
            subscription: subscription.map(PlanSubscription),
            errors,
        })
    }

    /// Gives a parked subscription back to the clockwork, which looks at it again at once.
    async fn retry_subscription(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which subscription.")] input: RetrySubscriptionInput,
    ) -> Result<RetrySubscriptionPayload> {
        let id = ids::parse(&input.subscription_id)?;
        let done = flows::retry_subscription(context.op()?, id).await;
        let (subscription, errors) = for_payload(done)?;
        Ok(RetrySubscriptionPayload {
            subscription: subscription.map(PlanSubscription),
            errors,
        })
    }
}
