//! A change of plan within a period.

use sea_orm::entity::prelude::*;

use crate::id::{OrderId, PlanVersionId, SubscriptionId};

/// A change of plan within a period, with the order that settles it. A subscription has at most one that waits to be
/// paid: a unique key sees to it.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "plan_changes")]
pub struct Model {
    /// With which order.
    #[sea_orm(primary_key, auto_increment = false)]
    pub order_id: OrderId,
    /// Of which subscription.
    pub subscription_id: SubscriptionId,
    /// Which of its changes, from 1, in the order they were asked for; unique for the subscription.
    pub position: i32,
    /// The order that paid the period it changes.
    pub base_order_id: OrderId,
    /// To which terms.
    pub plan_version_id: PlanVersionId,
    /// The instant it is reckoned from.
    pub at: DateTimeUtc,
    /// When the period it leads to ends (exclusive).
    pub period_end: DateTimeUtc,
    /// Whether it begins a new period at `at`, as a change of the billing cycle does.
    pub restarts: bool,
    /// Seconds of the period that were left. Unlike `at`, a pause does not move it.
    pub seconds_left: i64,
    /// The price of a whole period on the new terms, in minor units.
    pub price_minor: i64,
    /// When it took effect.
    pub applied_at: Option<DateTimeUtc>,
    /// When it was given up: its order ended unpaid, or was paid too late and became credit.
    pub closed_at: Option<DateTimeUtc>,
    /// When it was asked for.
    pub created_at: DateTimeUtc,
    /// With which order.
    #[sea_orm(belongs_to, from = "order_id", to = "id")]
    pub order: BelongsTo<crate::orders::order::Entity>,
    /// Of which subscription.
    #[sea_orm(belongs_to, from = "subscription_id", to = "id")]
    pub subscription: BelongsTo<super::subscription::Entity>,
    /// To which terms.
    #[sea_orm(belongs_to, from = "plan_version_id", to = "id")]
    pub plan_version: BelongsTo<crate::plans::plan_version::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
