//! A step: a subscription is ordered.

use chrono::{DateTime, Utc};
use entity::{
    id::{OrderId, PlanId, PlanVersionId, SubscriptionId, UserId},
    subscriptions::{SubscriptionStatus, subscription},
};
use sea_orm::{ActiveModelTrait, ActiveValue::Set};

use crate::base::{Code, Error, Result, Tx, database, transition};

use super::{events::SubscriptionCreated, query};

/// What a new subscription is made of.
#[derive(Clone, Debug)]
pub struct NewSubscription {
    /// Its id, known before: the order line points at it.
    pub id: SubscriptionId,
    /// Whose.
    pub user_id: UserId,
    /// To which plan.
    pub plan_id: PlanId,
    /// On which terms.
    pub plan_version_id: PlanVersionId,
    /// With which order.
    pub order_id: OrderId,
    /// Whether it goes on after the first period.
    pub auto_renew: bool,
    /// Until when it is free of charge, if it is.
    pub trial_end_at: Option<DateTime<Utc>>,
}

/// Makes the subscription, pending until its order is settled.
///
/// # Errors
/// [`Code::AlreadySubscribed`]: a unique key allows one live subscription for each person and plan.
pub async fn start(tx: &mut Tx, new: NewSubscription) -> Result<subscription::Model> {
    let now = tx.now();
    if query::holds_plan(tx.db(), new.user_id, new.plan_id, None).await? {
        return Err(already_subscribed());
    }
    let inserted = subscription::ActiveModel {
        id: Set(new.id),
        user_id: Set(new.user_id),
        plan_id: Set(new.plan_id),
        plan_version_id: Set(new.plan_version_id),
        status: Set(SubscriptionStatus::Pending),
        auto_renew: Set(new.auto_renew),
        anchor_at: Set(None),
        started_at: Set(None),
        current_period_start: Set(None),
        current_period_end: Set(None),
        period_count: Set(0),
        paid_until_at: Set(None),
        trial_end_at: Set(new.trial_end_at),
        cancel_at_period_end: Set(false),
        cancelled_at: Set(None),
        paused_at: Set(None),
        resume_at: Set(None),
        past_due_at: Set(None),
        dunning_step: Set(0),
        next_plan_version_id: Set(None),
        credit_minor: Set(0),
        due_at: Set(None),
        failures: Set(0),
        last_error: Set(None),
        ended_at: Set(None),
        test_clock_id: Set(tx.op().timeline().clock_id()),
        version: Set(1),
        created_at: Set(now),
        updated_at: Set(now),
    }
    .insert(tx.db())
    .await;
    let row = match inserted {
        Ok(row) => row,
        Err(error) if database::violates(&error, "subscriptions", &["user_id", "plan_id"]) => {
            return Err(already_subscribed());
        }
        Err(error) => return Err(error.into()),
    };
    transition::begin(tx, &row, "create_subscription").await?;
    tx.record(SubscriptionCreated {
        subscription_id: row.id,
        user_id: row.user_id,
        plan_id: row.plan_id,
        plan_version_id: row.plan_version_id,
        order_id: new.order_id,
    })?;
    Ok(row)
}

fn already_subscribed() -> Error {
    Error::refused(
        Code::AlreadySubscribed,
        "You have a subscription to this plan already, one that changes to it, or one that waits to be paid: pay or \
         cancel its order first.",
    )
}
