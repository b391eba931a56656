//! A subscription as it is shown.

use async_graphql::{Context, Enum, ID, Object, Result};
use chrono::{DateTime, Utc};
use domain::{
    base::{Error, apart, page::Direction},
    orders,
    subscriptions::{calendar, query},
};
use entity::subscriptions::subscription;

use crate::{
    base::{Ask, ask::load, error::outward, ids, page, scalars::Money},
    connection,
    plans::types::{Plan, PlanVersion},
    users::{User, loaders::UserById},
};

use super::{
    card_contract::CardContract,
    loaders::{CardContractBySubscription, NextRenewalOf},
    periods::{NextRenewal, SubscriptionPeriodConnection},
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
        Plan::load(context, self.0.plan_id).await
    }

    /// On which terms: those of the day it was ordered, whatever the plan costs now.
    async fn terms(&self, context: &Context<'_>) -> Result<PlanVersion> {
        PlanVersion::load(context, self.0.plan_version_id).await
    }

    /// The terms of the next period, where they differ: another plan from then on.
    async fn next_terms(&self, context: &Context<'_>) -> Result<Option<PlanVersion>> {
        match self.0.next_plan_version_id {
            Some(id) => PlanVersion::load(context, id).await.map(Some),
            None => Ok(None),
        }
    }

    /// What changes of plan left over; its next orders use it. It is not paid out by itself.
    async fn credit(&self, context: &Context<'_>) -> Result<Money> {
        let terms = PlanVersion::load(context, self.0.plan_version_id).await?;
        Ok(entity::money::Money::new(self.0.credit_minor, terms.0.currency).into())
    }

    /// Whether it goes on after the period.
    async fn auto_renew(&self) -> bool {
        self.0.auto_renew
    }

    /// The contract by which the gateway charges a card for every period; `null` when its owner pays otherwise.
    async fn card_contract(&self, context: &Context<'_>) -> Result<Option<CardContract>> {
        let row = load::<CardContractBySubscription, _>(context, self.0.id).await?;
        Ok(row.map(CardContract))
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

    /// Until when it is paid: the end of the last paid period.
    async fn paid_until(&self) -> Option<DateTime<Utc>> {
        self.0.paid_until_at
    }

    /// Whether it gives its owner now what it sells.
    async fn has_access(&self, context: &Context<'_>) -> Result<bool> {
        let (op, row) = (context.op()?.clone(), self.0.clone());
        // Apart, because it may be asked for below a live answer.
        let known = apart(async move { query::has_access(&op, &row).await });
        known.await.map_err(outward)
    }

    /// Until when it does, if nobody pays any more, days of grace included; `null` when it gives nothing.
    async fn access_until(&self, context: &Context<'_>) -> Result<Option<DateTime<Utc>>> {
        let policy = &context.op()?.app().policy;
        Ok(calendar::access_until(&self.0, policy))
    }

    /// Whether it is cancelled when the present period ends.
    async fn cancel_at_period_end(&self) -> bool {
        self.0.cancel_at_period_end
    }

    /// Since when it is paused.
    async fn paused_at(&self) -> Option<DateTime<Utc>> {
        self.0.paused_at
    }

    /// When a pause ends by itself; `null` for one that waits for `resumeSubscription`.
    async fn resume_at(&self) -> Option<DateTime<Utc>> {
        self.0.resume_at
    }

    /// Since when a renewal is overdue: reminders are counted from here.
    async fn past_due_at(&self) -> Option<DateTime<Utc>> {
        self.0.past_due_at
    }

    /// How many reminders its owner has had for the overdue renewal.
    async fn dunning_step(&self) -> i32 {
        self.0.dunning_step
    }

    /// The period that it goes on with; `null` when it does not go on, or is paused.
    async fn next_renewal(&self, context: &Context<'_>) -> Result<Option<NextRenewal>> {
        let next = load::<NextRenewalOf, _>(context, self.0.id).await?;
        Ok(next.map(NextRenewal))
    }

    /// The periods that were paid, or cost nothing, newest first.
    async fn periods(
        &self,
        context: &Context<'_>,
        #[graphql(
            desc = "How many from the beginning, or after `after`: 1 to 100, unless the server is set to other bounds."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(
            desc = "How many from the end, or before `before`: 1 to 100, unless the server is set to other bounds."
        )]
        last: Option<i32>,
        #[graphql(desc = "Only what precedes this cursor.")] before: Option<String>,
    ) -> Result<SubscriptionPeriodConnection> {
        let op = context.op()?;
        let paid = orders::query::paid_periods(op.actor(), self.0.id);
        let sort = orders::query::by_period(Direction::Descending);
        let request = page::request(first, after, last, before);
        SubscriptionPeriodConnection::fetch(op, paid, &sort, &request).await
    }

    /// When the clockwork looks at it next.
    async fn due_at(&self) -> Option<DateTime<Utc>> {
        self.0.due_at
    }

    /// How often in a row the clockwork failed with it.
    async fn failures(&self) -> Option<i32> {
        Some(self.0.failures)
    }

    /// What went wrong the last time: a code.
    async fn last_error(&self) -> Option<&str> {
        self.0.last_error.as_deref()
    }

    /// Whether the clockwork has left it to a person: `retrySubscription` gives it back.
    async fn is_parked(&self) -> Option<bool> {
        Some(calendar::is_parked(&self.0))
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
