//! What callers send about subscriptions.

use async_graphql::{Enum, ID, InputObject, Result};
use chrono::{DateTime, Utc};
use domain::subscriptions::query;

use crate::base::ids;

use super::types::SubscriptionStatus;

/// A subscription to a plan.
#[derive(InputObject)]
pub struct CreateSubscriptionInput {
    /// Which plan; not one with the billing cycle `ONE_TIME`.
    pub plan_id: ID,
    /// Whether it goes on after the first period.
    #[graphql(default = true)]
    pub auto_renew: bool,
    /// What the seller should know; up to 1000 characters, printed on the invoice.
    pub notes: Option<String>,
    /// A key of your own making, a new one for each new intention. The same key with the same input gives the
    /// same subscription and order, however often it is sent.
    /// May be left out, or empty, when the request carries it in the header `Idempotency-Key`.
    #[graphql(default)]
    pub idempotency_key: String,
}

/// A move of a subscription.
#[derive(InputObject)]
pub struct UpdateSubscriptionStatusInput {
    /// Which subscription.
    pub subscription_id: ID,
    /// Where to.
    pub status: SubscriptionStatus,
}

/// Whether a subscription goes on by itself.
#[derive(InputObject)]
pub struct SetAutoRenewInput {
    /// Which subscription.
    pub subscription_id: ID,
    /// Whether it goes on after its period.
    pub auto_renew: bool,
    /// A key of your own making, a new one for each new intention. The same key with the same input gives the
    /// same subscription, however often it is sent.
    /// May be left out, or empty, when the request carries it in the header `Idempotency-Key`.
    #[graphql(default)]
    pub idempotency_key: String,
}

/// When a subscription is to end.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "domain::flows::CancelAt")]
pub enum CancelAt {
    /// At once. What was paid is not given back by itself.
    Now,
    /// When the present period is over; until then `resumeSubscription` takes it back.
    PeriodEnd,
}

/// The end of a subscription.
#[derive(InputObject)]
pub struct CancelSubscriptionInput {
    /// Which subscription.
    pub subscription_id: ID,
    /// When it is to end.
    pub at: CancelAt,
    /// A key of your own making, a new one for each new intention. The same key with the same input gives the
    /// same subscription, however often it is sent.
    /// May be left out, or empty, when the request carries it in the header `Idempotency-Key`.
    #[graphql(default)]
    pub idempotency_key: String,
}

/// A pause of a subscription.
#[derive(InputObject)]
pub struct PauseSubscriptionInput {
    /// Which subscription.
    pub subscription_id: ID,
    /// When the pause ends by itself, within a year; left out, it lasts until `resumeSubscription`.
    pub until: Option<DateTime<Utc>>,
}

/// A subscription that is to go on.
#[derive(InputObject)]
pub struct ResumeSubscriptionInput {
    /// Which subscription.
    pub subscription_id: ID,
}

/// A parked subscription that is to be tried again.
#[derive(InputObject)]
pub struct RetrySubscriptionInput {
    /// Which subscription.
    pub subscription_id: ID,
}

/// Which subscriptions. Every part that is given narrows the list.
#[derive(InputObject, Default)]
pub struct PlanSubscriptionFilter {
    /// In one of these states.
    pub statuses: Option<Vec<SubscriptionStatus>>,
    /// Of this person.
    pub user_id: Option<ID>,
    /// To this plan.
    pub plan_id: Option<ID>,
    /// Whose present period ends before.
    pub period_ends_before: Option<DateTime<Utc>>,
    /// Whether it goes on after its period.
    pub auto_renew: Option<bool>,
    /// Whether the clockwork has left it to a person.
    pub is_parked: Option<bool>,
    /// Whose renewal is overdue since before. All that are overdue have the status `PAST_DUE`.
    pub past_due_before: Option<DateTime<Utc>>,
}

impl PlanSubscriptionFilter {
    /// The filter in the domain's words.
    ///
    /// # Errors
    /// An id that is none.
    pub fn read(self) -> Result<query::SubscriptionFilter> {
        Ok(query::SubscriptionFilter {
            statuses: self
                .statuses
                .map(|statuses| statuses.into_iter().map(Into::into).collect()),
            user_id: self.user_id.as_ref().map(ids::parse).transpose()?,
            plan_id: self.plan_id.as_ref().map(ids::parse).transpose()?,
            period_ends_before: self.period_ends_before,
            auto_renew: self.auto_renew,
            is_parked: self.is_parked,
            past_due_before: self.past_due_before,
        })
    }
}
