//! A subscription.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{PlanId, PlanVersionId, SubscriptionId, TestClockId, UserId};

/// Where a subscription stands.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(24))",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SubscriptionStatus {
    /// Ordered, not yet paid.
    Pending,
    /// Running free of charge until the trial ends.
    Trialing,
    /// Paid and running.
    Active,
    /// A renewal was not paid yet; still running, for now.
    PastDue,
    /// Stopped by its owner or staff, to be resumed.
    Paused,
    /// Ended because somebody said so.
    Cancelled,
    /// Ended because it was not paid or not renewed.
    Expired,
}

/// A subscription to one plan, on the terms it was sold on. A person has at most one live (not cancelled,
/// not expired) subscription to a plan: a unique key sees to it.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "subscriptions")]
pub struct Model {
    /// The id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SubscriptionId,
    /// Whose.
    pub user_id: UserId,
    /// To which plan.
    pub plan_id: PlanId,
    /// On which terms.
    pub plan_version_id: PlanVersionId,
    /// Where it stands.
    pub status: SubscriptionStatus,
    /// Whether it goes on after the period.
    pub auto_renew: bool,
    /// The instant its periods are counted from; periods keep its day of the month in Taipei.
    pub anchor_at: Option<DateTimeUtc>,
    /// When the first period began.
    pub started_at: Option<DateTimeUtc>,
    /// When the present period began.
    pub current_period_start: Option<DateTimeUtc>,
    /// When the present period ends (exclusive).
    pub current_period_end: Option<DateTimeUtc>,
    /// How many whole periods lie between the anchor and the present period.
    pub period_count: i32,
    /// Until when it is paid: the end of the last paid period.
    pub paid_until_at: Option<DateTimeUtc>,
    /// When the trial ends.
    pub trial_end_at: Option<DateTimeUtc>,
    /// Whether it is cancelled when the present period ends.
    pub cancel_at_period_end: bool,
    /// When it was cancelled.
    pub cancelled_at: Option<DateTimeUtc>,
    /// Since when it is paused.
    pub paused_at: Option<DateTimeUtc>,
    /// When a pause ends by itself.
    pub resume_at: Option<DateTimeUtc>,
    /// Since when a renewal is overdue; the dunning ladder counts from here.
    pub past_due_at: Option<DateTimeUtc>,
    /// How many rungs of the dunning ladder it has passed.
    pub dunning_step: i32,
    /// The terms of the next period, when they differ.
    pub next_plan_version_id: Option<PlanVersionId>,
    /// What is kept for its next orders, in minor units of its terms' currency; never negative.
    pub credit_minor: i64,
    /// When the clockwork looks at it next; `None` when there is nothing to wait for.
    pub due_at: Option<DateTimeUtc>,
    /// How often in a row the clockwork failed with it. At ten it is parked for a person.
    pub failures: i32,
    /// What went wrong the last time: a code.
    pub last_error: Option<String>,
    /// When it stopped giving anything.
    pub ended_at: Option<DateTimeUtc>,
    /// The clock its times are read from; `None` for the machine's.
    pub test_clock_id: Option<TestClockId>,
    /// Counts moves; 1 at first.
    pub version: i64,
    /// When it was ordered.
    pub created_at: DateTimeUtc,
    /// When it last changed.
    pub updated_at: DateTimeUtc,
    /// Whose.
    #[sea_orm(belongs_to, from = "user_id", to = "id")]
    pub user: BelongsTo<crate::users::user::Entity>,
    /// To which plan.
    #[sea_orm(belongs_to, from = "plan_id", to = "id")]
    pub plan: BelongsTo<crate::plans::plan::Entity>,
    /// On which terms.
    #[sea_orm(belongs_to, from = "plan_version_id", to = "id")]
    pub plan_version: BelongsTo<crate::plans::plan_version::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
