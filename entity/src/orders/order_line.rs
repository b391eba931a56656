//! A line of an order.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    id::{OrderId, OrderLineId, PlanVersionId, SubscriptionId},
    money::{Currency, Money},
};

/// What a line sells; settlement fulfils each kind in its own way.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(24))",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum LineKind {
    /// One period of a subscription.
    SubscriptionPeriod,
    /// A plan that is paid once.
    OneTimePlan,
    /// The rest of a period on other terms.
    SubscriptionChange,
    /// What was paid for time that is not used any more; negative.
    UnusedTime,
    /// What is kept for the subscription's next orders.
    CreditKept,
    /// What was kept, and is used now; negative.
    CreditUsed,
}

/// A line of an order.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "order_lines")]
pub struct Model {
    /// The id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OrderLineId,
    /// Of which order.
    pub order_id: OrderId,
    /// Its place, from 1; unique for the order.
    pub position: i32,
    /// What it sells.
    pub kind: LineKind,
    /// On which terms.
    pub plan_version_id: PlanVersionId,
    /// The subscription that it starts or goes on with.
    pub subscription_id: Option<SubscriptionId>,
    /// When the period it pays begins; known once it is paid.
    pub period_start: Option<DateTimeUtc>,
    /// When that period ends (exclusive).
    pub period_end: Option<DateTimeUtc>,
    /// What it says on the invoice.
    pub description: String,
    /// How many.
    pub quantity: i32,
    /// The price of one, in minor units, tax included. Negative for what is given back, and only there.
    pub unit_price_minor: i64,
    /// Quantity times price.
    pub amount_minor: i64,
    /// The currency of the order.
    pub currency: Currency,
    /// Of which order.
    #[sea_orm(belongs_to, from = "order_id", to = "id")]
    pub order: BelongsTo<super::order::Entity>,
    /// On which terms.
    #[sea_orm(belongs_to, from = "plan_version_id", to = "id")]
    pub plan_version: BelongsTo<crate::plans::plan_version::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// The price of one, tax included.
    #[must_use]
    pub const fn unit_price(&self) -> Money {
        Money::new(self.unit_price_minor, self.currency)
    }

    /// Quantity times price.
    #[must_use]
    pub const fn amount(&self) -> Money {
        Money::new(self.amount_minor, self.currency)
    }
}
