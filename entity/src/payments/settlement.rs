//! The fact that an order was settled.

use sea_orm::entity::prelude::*;

use crate::{
    id::{OrderId, PaymentId, SettlementId},
    money::Currency,
};

/// The fact that an order was settled. Its unique keys are what makes a second settlement impossible.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "settlements")]
pub struct Model {
    /// The id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SettlementId,
    /// Which order; unique.
    #[sea_orm(unique)]
    pub order_id: OrderId,
    /// With which payment; unique. `None` when nothing was due.
    #[sea_orm(unique)]
    pub payment_id: Option<PaymentId>,
    /// How much, in minor units.
    pub amount_minor: i64,
    /// Of which currency.
    pub currency: Currency,
    /// When.
    pub settled_at: DateTimeUtc,
    /// Which order.
    #[sea_orm(belongs_to, from = "order_id", to = "id")]
    pub order: BelongsTo<crate::orders::order::Entity>,
    /// With which payment.
    #[sea_orm(belongs_to, from = "payment_id", to = "id")]
    pub payment: BelongsTo<Option<super::payment::Entity>>,
}

impl ActiveModelBehavior for ActiveModel {}
