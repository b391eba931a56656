//! Subscriptions to plans, live.

use async_graphql::{Context, ID, Result, SimpleObject, Subscription};
use chrono::{DateTime, Utc};
use domain::{
    base::{Access, Op, Topic},
    subscriptions::query,
};
use entity::{base::transition, id::SubscriptionId, subscriptions};
use futures_util::Stream;

use crate::base::{
    Ask,
    error::outward,
    ids,
    moves::{Follower, status},
};

use super::types::{PlanSubscription, SubscriptionStatus};

/// Subscriptions to plans, live.
#[derive(Default)]
pub struct SubscriptionsSubscription;

/// One move of a subscription.
#[derive(SimpleObject, Clone, Debug)]
pub struct SubscriptionStatusChange {
    /// The subscription as it is now, which may be further on than this move.
    subscription: PlanSubscription,
    /// The state before the move; `null` when it was ordered.
    previous_status: Option<SubscriptionStatus>,
    /// The state after the move.
    status: SubscriptionStatus,
    /// The subscription's version after the move. Each is sent once, and they only grow.
    version: i64,
    /// When it moved.
    occurred_at: DateTime<Utc>,
}

#[Subscription]
impl SubscriptionsSubscription {
    /// Each move of one subscription, as it happens: the caller's own, or any for staff. The latest move is sent at
    /// once. A period that begins in time is no move.
    async fn plan_subscription_status_changed(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which subscription.")] subscription_id: ID,
    ) -> Result<impl Stream<Item = Result<SubscriptionStatusChange>> + use<>> {
        let op = context.op()?.clone();
        op.require(Access::SignedIn).map_err(outward)?;
        let id: SubscriptionId = ids::parse(&subscription_id)?;
        let listener = op.app().hub.listen(Topic::Subscription(id));
        let asking = op.clone();
        let reading = async move { query::get(&asking, id).await };
        let row = op.app().in_turn(reading).await.map_err(outward)?;
        let follower = Follower::new(op, id.to_string(), listener, row.version);
        Ok(follower.moves(move |op, one| change(op, id, one)))
    }
}

async fn change(
    op: Op,
    id: SubscriptionId,
    one: transition::Model,
) -> domain::base::Result<SubscriptionStatusChange> {
    let row = query::get(&op, id).await?;
    let read = |word| status::<subscriptions::SubscriptionStatus>(word).map(Into::into);
    Ok(SubscriptionStatusChange {
        subscription: PlanSubscription(row),
        previous_status: one.from_status.as_ref().map(read).transpose()?,
        status: read(&one.to_status)?,
        version: one.version,
        occurred_at: one.at,
    })
}
