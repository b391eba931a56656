//! What a person decided on a payment that was stuck.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{PaymentDecisionId, PaymentId, UserId};

/// What was decided.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(24))",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Decision {
    /// The order is settled with it after all.
    Accepted,
    /// It stays the customer's credit.
    Credited,
    /// The order is not settled with it.
    Rejected,
}

/// What a person decided on a payment that was stuck, and why. Never changed.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "payment_decisions")]
pub struct Model {
    /// The id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PaymentDecisionId,
    /// On which payment.
    pub payment_id: PaymentId,
    /// What; unique for the payment.
    pub decision: Decision,
    /// Why, in the person's words.
    pub note: String,
    /// Who; `None` when it was the command line.
    pub decided_by: Option<UserId>,
    /// When.
    pub decided_at: DateTimeUtc,
    /// On which payment.
    #[sea_orm(belongs_to, from = "payment_id", to = "id")]
    pub payment: BelongsTo<super::payment::Entity>,
    /// Who.
    #[sea_orm(belongs_to, from = "decided_by", to = "id")]
    pub user: BelongsTo<Option<crate::users::user::Entity>>,
}

impl ActiveModelBehavior for ActiveModel {}
