//! A subscription as it is shown.

use async_graphql::{Context, Enum, ID, Object, Result};
use chrono::{DateTime, Utc};
use domain::base::Error;
use entity::subscriptions::subscription;

use crate::{
    base::{ask::load, error::outward, ids, scalars::Money},
    connection,
    plans::{
        loaders::{PlanById, PlanVersionById},
        types::{Plan, PlanVersion},
    },
    users::{User, loaders::UserById},
};

/// Where a subscription stands.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "entity::subscriptions::SubscriptionStatus")]
pub enum SubscriptionStatus {
    /// Ordered, not yet paid.
    Pending,
    /// Running free of charge until the trial ends.
    Trialing,
    /// Paid and running.
    Active,
    /// A renewal was not paid yet; still running, for now.
    PastDue,
    /// Stopped for a while.
    Paused,
    /// Ended because somebody said so.
    Cancelled,
    /// Ended because it was not paid or not renewed.
    Expired,
}

/// A subscription to one plan, on the terms it was sold on.
#[derive(Clone, Debug)]
pub struct PlanSubscription(pub subscription::Model);

impl From<subscription::Model> for PlanSubscription {
    fn from(row: subscription::Model) -> Self {
        Self(row)
    }
}

connection!(
    PlanSubscriptionConnection,
    PlanSubscriptionEdge,
    PlanSubscription,
    subscription::Entity,
    "A list of subscriptions, a page at a time."
);

/// A subscription to one plan, on the terms it was sold on.
#[Object]
impl PlanSubscription {
    /// The id, `sub_…`.
    pub(crate) async fn id(&self) -> ID {
        ids::write(self.0.id)
    }

    /// Whose it is.
    async fn user(&self, context: &Context<'_>) -> Result<User> {
        let row = load::<UserById, _>(context, self.0.user_id).await?;
        row.map(User)
            .ok_or_else(|| outward(Error::NotFound("user")))
    }

    /// Where it stands.
    async fn status(&self) -> SubscriptionStatus {
        self.0.status.into()
    }

    /// To which plan.
    async fn plan(&self, context: &Context<'_>) -> Result<Plan> {
        let row = load::<PlanById, _>(context, self.0.plan_id).await?;
        row.map(Plan::from)
            .ok_or_else(|| outward(Error::NotFound("plan")))
    }

    /// On which terms: those of the day it was ordered, whatever the plan costs now.
    async fn terms(&self, context: &Context<'_>) -> Result<PlanVersion> {
        let row = load::<PlanVersionById, _>(context, self.0.plan_version_id).await?;
        row.map(PlanVersion::from)
            .ok_or_else(|| outward(Error::NotFound("plan version")))
    }

    /// The terms of the next period, where they differ: another plan from then on.
    async fn next_terms(&self, context: &Context<'_>) -> Result<Option<PlanVersion>> {
        let Some(id) = self.0.next_plan_version_id else {
            return Ok(None);
        };
        let row = load::<PlanVersionById, _>(context, id).await?;
        Ok(row.map(PlanVersion::from))
    }

    /// What changes of plan left over; its next orders use it. It is not paid out by itself.
    async fn credit(&self, context: &Context<'_>) -> Result<Money> {
        let row = load::<PlanVersionById, _>(context, self.0.plan_version_id).await?;
        let terms = row.ok_or_else(|| outward(Error::NotFound("plan version")))?;
        Ok(entity::money::Money::new(self.0.credit_minor, terms.currency).into())
    }

    /// Whether it goes on after the period.
    async fn auto_renew(&self) -> bool {
        self.0.auto_renew
    }

    /// When its first period began; `null` until it is paid.
    async fn started_at(&self) -> Option<DateTime<Utc>> {
        self.0.started_at
    }

    /// When the present period began.
    async fn current_period_start(&self) -> Option<DateTime<Utc>> {
        self.0.current_period_start
    }

    /// When the present period ends (exclusive).
    async fn current_period_end(&self) -> Option<DateTime<Utc>> {
        self.0.current_period_end
    }

    /// When the trial ends; `null` without one.
    async fn trial_end_at(&self) -> Option<DateTime<Utc>> {
        self.0.trial_end_at
    }

    /// When it was cancelled.
    async fn cancelled_at(&self) -> Option<DateTime<Utc>> {
        self.0.cancelled_at
    }

    /// When it stopped giving anything.
    async fn ended_at(&self) -> Option<DateTime<Utc>> {
        self.0.ended_at
    }

    /// When it was ordered.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
}
