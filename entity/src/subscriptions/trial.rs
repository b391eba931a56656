//! A trial that was given.

use sea_orm::entity::prelude::*;

use crate::id::{PlanId, SubscriptionId};

/// A trial that was given: one for each address and plan, whoever asks again. The address is kept as a keyed
/// hash, so that the row outlives an erased account and tells nobody who it was.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "trials")]
pub struct Model {
    /// Whose mailbox, hashed.
    #[sea_orm(primary_key, auto_increment = false)]
    pub address_hash: String,
    /// Of which plan.
    #[sea_orm(primary_key, auto_increment = false)]
    pub plan_id: PlanId,
    /// With which subscription.
    pub subscription_id: SubscriptionId,
    /// When.
    pub given_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
