//! What happens to subscriptions.

use chrono::{DateTime, Duration, Utc};
use entity::{
    id::{OrderId, PlanId, PlanVersionId, SubscriptionId, UserId},
    money::{Currency, Money},
    subscriptions::SubscriptionStatus,
};
use serde::Serialize;
use uuid::Uuid;

use crate::base::{Event, Topic, event::Sample};

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

/// A subscription was ordered without the trial that its terms offer: the person's mailbox had one of this plan.
#[derive(Debug, Serialize)]
pub struct SubscriptionTrialRefused {
    /// Which.
    pub subscription_id: SubscriptionId,
    /// Whose.
    pub user_id: UserId,
    /// Of which plan.
    pub plan_id: PlanId,
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

/// The order of a further period was placed; it is to be paid by the day the period begins.
#[derive(Debug, Serialize)]
pub struct SubscriptionRenewalOrdered {
    /// Which subscription.
    pub subscription_id: SubscriptionId,
    /// Whose.
    pub user_id: UserId,
    /// With which order.
    pub order_id: OrderId,
    /// When the period begins.
    pub period_start: DateTime<Utc>,
    /// When it ends (exclusive).
    pub period_end: DateTime<Utc>,
    /// What it costs.
    pub total: Money,
}

/// A further period was paid.
#[derive(Debug, Serialize)]
pub struct SubscriptionPeriodPaid {
    /// Which subscription.
    pub subscription_id: SubscriptionId,
    /// With which order.
    pub order_id: OrderId,
    /// When the period begins.
    pub period_start: DateTime<Utc>,
    /// When it ends (exclusive).
    pub period_end: DateTime<Utc>,
}

/// A further period began.
#[derive(Debug, Serialize)]
pub struct SubscriptionPeriodBegan {
    /// Which subscription.
    pub subscription_id: SubscriptionId,
    /// When it began.
    pub period_start: DateTime<Utc>,
    /// When it ends (exclusive).
    pub period_end: DateTime<Utc>,
    /// On which terms.
    pub plan_version_id: PlanVersionId,
}

/// The owner of an unpaid subscription is to be reminded.
#[derive(Debug, Serialize)]
pub struct SubscriptionPaymentReminded {
    /// Which subscription.
    pub subscription_id: SubscriptionId,
    /// Whose.
    pub user_id: UserId,
    /// Which order waits to be paid.
    pub order_id: OrderId,
    /// The rung of the dunning ladder, from 1.
    pub step: i32,
    /// Whether it is the last one.
    pub is_last: bool,
    /// When the subscription is given up.
    pub expires_at: DateTime<Utc>,
}

/// How a subscription goes on was changed by its owner or staff.
#[derive(Debug, Serialize)]
pub struct SubscriptionPlansChanged {
    /// Which subscription.
    pub subscription_id: SubscriptionId,
    /// Whether it goes on after the period.
    pub auto_renew: bool,
    /// Whether it is cancelled when the period ends.
    pub cancel_at_period_end: bool,
}

/// A subscription is to another plan from now on.
#[derive(Debug, Serialize)]
pub struct SubscriptionPlanChanged {
    /// Which subscription.
    pub subscription_id: SubscriptionId,
    /// Whose.
    pub user_id: UserId,
    /// From which terms.
    pub from: PlanVersionId,
    /// To which terms.
    pub to: PlanVersionId,
    /// With which order; `null` for a change without money.
    pub order_id: Option<OrderId>,
}

/// A subscription is to be to another plan from its next period on.
#[derive(Debug, Serialize)]
pub struct SubscriptionPlanChangeScheduled {
    /// Which subscription.
    pub subscription_id: SubscriptionId,
    /// Whose.
    pub user_id: UserId,
    /// To which terms; `null` when it stays what it is after all.
    pub to: Option<PlanVersionId>,
    /// From when on.
    pub takes_effect_at: DateTime<Utc>,
}

/// Why the credit of a subscription moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CreditCause {
    /// A change of plan left more than it cost.
    Kept,
    /// An order uses it.
    Used,
    /// An order that used it ended unpaid.
    GivenBack,
    /// A change of plan was paid when it could not be made any more.
    PaidTooLate,
}

/// What is kept for the next orders of a subscription went up or down.
#[derive(Debug, Serialize)]
pub struct SubscriptionCreditChanged {
    /// Which subscription.
    pub subscription_id: SubscriptionId,
    /// Because of which order.
    pub order_id: OrderId,
    /// By how much; negative when it was used.
    pub change: Money,
    /// Why.
    pub cause: CreditCause,
}

/// The clockwork failed with a subscription too often and leaves it to a person.
#[derive(Debug, Serialize)]
pub struct SubscriptionParked {
    /// Which subscription.
    pub subscription_id: SubscriptionId,
    /// What went wrong the last time: a code.
    pub error: String,
}

/// Staff gave a parked subscription back to the clockwork.
#[derive(Debug, Serialize)]
pub struct SubscriptionRetried {
    /// Which subscription.
    pub subscription_id: SubscriptionId,
}

macro_rules! about_a_subscription {
    ($($event:ident = $kind:literal $(, causes_mail $when:expr)?;)+) => {$(
        impl Event for $event {
            const KIND: &'static str = $kind;

            fn subject(&self) -> String {
                self.subscription_id.to_string()
            }

            $(fn causes_mail(&self) -> bool {
                let when: fn(&Self) -> bool = $when;
                when(self)
            })?

            fn topics(&self) -> Vec<Topic> {
                vec![Topic::Subscription(self.subscription_id)]
            }
        }
    )+};
}

about_a_subscription! {
    SubscriptionCreated = "subscription.created";
    SubscriptionTrialRefused = "subscription.trial_refused";
    SubscriptionStatusChanged = "subscription.status_changed", causes_mail Self::is_an_end;
    // What costs nothing is settled at once.
    SubscriptionRenewalOrdered = "subscription.renewal_ordered", causes_mail |it| !it.total.is_zero();
    SubscriptionPeriodPaid = "subscription.period_paid";
    SubscriptionPeriodBegan = "subscription.period_began";
    SubscriptionPaymentReminded = "subscription.payment_reminded", causes_mail |_| true;
    SubscriptionPlansChanged = "subscription.plans_changed";
    SubscriptionPlanChanged = "subscription.plan_changed";
    SubscriptionPlanChangeScheduled = "subscription.plan_change_scheduled";
    SubscriptionCreditChanged = "subscription.credit_changed";
    SubscriptionParked = "subscription.parked";
    SubscriptionRetried = "subscription.retried";
}

impl SubscriptionStatusChanged {
    /// Whether something is over that ever ran: a pending one ends with its order.
    fn is_an_end(&self) -> bool {
        let to = [SubscriptionStatus::Cancelled, SubscriptionStatus::Expired];
        to.contains(&self.to) && self.from != SubscriptionStatus::Pending
    }
}

/// One of each, for `schema/events.md`.
///
/// # Errors
/// An event cannot be written as JSON.
pub fn samples() -> Result<Vec<Sample>, serde_json::Error> {
    let subscription_id = SubscriptionId(Uuid::nil());
    let (user_id, order_id) = (UserId(Uuid::nil()), OrderId(Uuid::nil()));
    let period_start = DateTime::<Utc>::UNIX_EPOCH;
    let period_end = period_start + Duration::days(31);
    Ok(vec![
        Sample::of(&SubscriptionCreated {
            subscription_id,
            user_id,
            plan_id: PlanId(Uuid::nil()),
            plan_version_id: PlanVersionId(Uuid::nil()),
            order_id,
        })?,
        Sample::of(&SubscriptionTrialRefused {
            subscription_id,
            user_id,
            plan_id: PlanId(Uuid::nil()),
        })?,
        Sample::of(&SubscriptionStatusChanged {
            subscription_id,
            from: SubscriptionStatus::Pending,
            to: SubscriptionStatus::Active,
            version: 2,
            cause: "settlement".to_owned(),
        })?,
        Sample::of(&SubscriptionRenewalOrdered {
            subscription_id,
            user_id,
            order_id,
            period_start,
            period_end,
            total: Money::new(299, Currency::Twd),
        })?,
        Sample::of(&SubscriptionPeriodPaid {
            subscription_id,
            order_id,
            period_start,
            period_end,
        })?,
        Sample::of(&SubscriptionPeriodBegan {
            subscription_id,
            period_start,
            period_end,
            plan_version_id: PlanVersionId(Uuid::nil()),
        })?,
        Sample::of(&SubscriptionPaymentReminded {
            subscription_id,
            user_id,
            order_id,
            step: 1,
            is_last: false,
            expires_at: period_start + Duration::days(8),
        })?,
        Sample::of(&SubscriptionPlansChanged {
            subscription_id,
            auto_renew: false,
            cancel_at_period_end: true,
        })?,
        Sample::of(&SubscriptionPlanChanged {
            subscription_id,
            user_id,
            from: PlanVersionId(Uuid::nil()),
            to: PlanVersionId(Uuid::nil()),
            order_id: Some(order_id),
        })?,
        Sample::of(&SubscriptionPlanChangeScheduled {
            subscription_id,
            user_id,
            to: Some(PlanVersionId(Uuid::nil())),
            takes_effect_at: period_end,
        })?,
        Sample::of(&SubscriptionCreditChanged {
            subscription_id,
            order_id,
            change: Money::new(-120, Currency::Twd),
            cause: CreditCause::Used,
        })?,
        Sample::of(&SubscriptionParked {
            subscription_id,
            error: "INTERNAL_SERVER_ERROR".to_owned(),
        })?,
        Sample::of(&SubscriptionRetried { subscription_id })?,
    ])
}
