//! The terms of a plan.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    id::{PlanId, PlanVersionId},
    money::{Currency, Money},
};

/// How often a plan is paid.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(24))",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum BillingCycle {
    /// Every seven days.
    Weekly,
    /// Every month, on the anchor day.
    Monthly,
    /// Every three months, on the anchor day.
    Quarterly,
    /// Every year, on the anchor day.
    Yearly,
    /// Once; there is no subscription.
    OneTime,
}

/// The selling points, in order; stored as a JSON array.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Features(pub Vec<String>);

/// The terms of a plan. Never changed once written: a running subscription keeps the ones it was sold on.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "plan_versions")]
pub struct Model {
    /// The id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PlanVersionId,
    /// Of which plan.
    pub plan_id: PlanId,
    /// 1 for the first terms, then 2, …; unique for the plan.
    pub number: i32,
    /// The price of one period, in minor units, tax included.
    pub price_minor: i64,
    /// The currency of the price.
    pub currency: Currency,
    /// How often it is paid.
    pub billing_cycle: BillingCycle,
    /// The selling points.
    #[sea_orm(column_type = "JsonBinary")]
    pub features: Features,
    /// How many days a first subscription is free of charge; 0 for none.
    pub trial_days: i32,
    /// How many users it is good for; `None` for any number.
    pub max_users: Option<i32>,
    /// How much storage it gives, in megabytes; `None` for any amount.
    pub max_storage_mb: Option<i64>,
    /// From when new orders got these terms.
    pub created_at: DateTimeUtc,
    /// Of which plan.
    #[sea_orm(belongs_to, from = "plan_id", to = "id")]
    pub plan: BelongsTo<super::plan::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// The price of one period, tax included.
    #[must_use]
    pub const fn price(&self) -> Money {
        Money::new(self.price_minor, self.currency)
    }
}
