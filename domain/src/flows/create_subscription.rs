//! A person subscribes to a plan: a pending subscription and its order, in one answer.

use entity::{
    id::{OrderId, PlanId, SubscriptionId},
    money::Money,
    orders::{LineKind, order},
    plans::BillingCycle,
    subscriptions::subscription,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::Serialize;

use crate::{
    base::{
        Code, Error, Op, Result, Tx,
        idempotency::{self, Claim, IdempotencyKey},
    },
    orders::{self, NewLine, NewOrder},
    plans,
    subscriptions::{self, start::NewSubscription},
    users,
};

use super::settlement;

/// What a person asks for.
#[derive(Clone, Debug, Serialize)]
pub struct NewSubscriptionOrder {
    /// Which plan.
    pub plan_id: PlanId,
    /// Whether it goes on after the first period.
    pub auto_renew: bool,
    /// What the buyer wants to say; may be empty.
    pub notes: String,
}

/// Orders a subscription for the caller. A plan that costs nothing is active at once, without a gateway.
///
/// # Errors
/// [`Code::PlanNotForSale`], [`Code::PlanNotRecurring`], [`Code::AlreadySubscribed`], or the key's own.
pub async fn create_subscription(
    op: &Op,
    new: NewSubscriptionOrder,
    key: &str,
) -> Result<(subscription::Model, order::Model)> {
    let user_id = op.actor().user_id().ok_or(Error::Unauthenticated)?;
    let key = IdempotencyKey::new(op, "createSubscription", key, &new)?;
    let mut tx = op.begin().await?;
    if let Claim::Done(id) = idempotency::claim(&mut tx, &key).await? {
        return replay(&mut tx, &id).await;
    }
    let (plan, version) = plans::query::get_for_sale(tx.db(), new.plan_id).await?;
    if version.billing_cycle == BillingCycle::OneTime {
        return Err(Error::refused(
            Code::PlanNotRecurring,
            "This plan is paid once: use createOrder.",
        ));
    }
    let order_id: OrderId = op.new_id();
    let subscription_id: SubscriptionId = op.new_id();
    let person = users::query::row(&tx, user_id).await?;
    let trial_end_at =
        subscriptions::trial::grant(&mut tx, &person, &version, subscription_id).await?;
    // A trial is ordered like everything else, and costs nothing.
    let unit_price = match trial_end_at {
        Some(_) => Money::zero(version.currency),
        None => version.price(),
    };
    let line = NewLine {
        kind: LineKind::SubscriptionPeriod,
        plan_version_id: version.id,
        subscription_id: Some(subscription_id),
        period: None,
        description: plan.name,
        quantity: 1,
        unit_price,
    };
    let order = NewOrder {
        id: order_id,
        user_id,
        notes: new.notes,
        expires_at: None,
        lines: vec![line],
    };
    let order = orders::place(&mut tx, order).await?;
    let subscription = NewSubscription {
        id: subscription_id,
        user_id,
        plan_id: plan.id,
        plan_version_id: version.id,
        order_id,
        auto_renew: new.auto_renew,
        trial_end_at,
    };
    let mut subscription = subscriptions::start(&mut tx, subscription).await?;
    let mut order = order;
    if order.total().is_zero() {
        order = settlement::settle_free(&mut tx, &order).await?;
        subscription = get(&tx, subscription_id).await?;
    }
    idempotency::finish(&mut tx, &key, order.id.to_string()).await?;
    tx.commit().await?;
    Ok((subscription, order))
}

/// What the first request with this key made, as it is now.
async fn replay(tx: &mut Tx, order_id: &str) -> Result<(subscription::Model, order::Model)> {
    let order_id: OrderId = order_id.parse().map_err(Error::internal)?;
    let order = orders::query::lock(tx, order_id).await?;
    let lines = super::fulfil::lines(tx, order_id).await?;
    let subscription_id = lines
        .iter()
        .find_map(|line| line.subscription_id)
        .ok_or(Error::NotFound("subscription"))?;
    Ok((get(tx, subscription_id).await?, order))
}

async fn get(tx: &Tx, id: SubscriptionId) -> Result<subscription::Model> {
    subscription::Entity::find()
        .filter(subscription::Column::Id.eq(id))
        .one(tx.db())
        .await?
        .ok_or(Error::NotFound("subscription"))
}
