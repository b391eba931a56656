//! The order that pays a further period of a subscription.

use sea_orm::entity::prelude::*;

use crate::id::{OrderId, PlanVersionId, SubscriptionId};

/// The order that pays a further period of a subscription. The primary key lets a period be ordered once.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "renewals")]
pub struct Model {
    /// Of which subscription.
    #[sea_orm(primary_key, auto_increment = false)]
    pub subscription_id: SubscriptionId,
    /// When the period begins.
    #[sea_orm(primary_key, auto_increment = false)]
    pub period_start: DateTimeUtc,
    /// When it ends (exclusive).
    pub period_end: DateTimeUtc,
    /// Which period it is, counted from the anchor.
    pub period_count: i32,
    /// On which terms.
    pub plan_version_id: PlanVersionId,
    /// With which order.
    #[sea_orm(unique)]
    pub order_id: OrderId,
    /// When that order ended unpaid; another may then take its place.
    pub closed_at: Option<DateTimeUtc>,
    /// When it was ordered.
    pub created_at: DateTimeUtc,
    /// Of which subscription.
    #[sea_orm(belongs_to, from = "subscription_id", to = "id")]
    pub subscription: BelongsTo<super::subscription::Entity>,
    /// With which order.
    #[sea_orm(belongs_to, from = "order_id", to = "id")]
    pub order: BelongsTo<crate::orders::order::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
