//! A charge of a contract, as the gateway told of it.

use sea_orm::entity::prelude::*;

use crate::id::{CardChargeId, CardContractId, PaymentId};

/// A charge that a gateway made, or tried to make, by a contract; the first one, made at the checkout, is not
/// among them. A success has its number once: a unique key sees to it.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "card_charges")]
pub struct Model {
    /// The id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CardChargeId,
    /// By which contract.
    pub contract_id: CardContractId,
    /// 2 for the first after the checkout's, then 3, …; a failure has the number that it failed to be.
    pub number: i32,
    /// The gateway's number for the charge (`Gwsr`).
    pub gateway_charge_no: String,
    /// Whether the money came.
    pub succeeded: bool,
    /// When, by the gateway's clock.
    pub charged_at: DateTimeUtc,
    /// The attempt that was made of it; unique.
    #[sea_orm(unique)]
    pub payment_id: PaymentId,
    /// When we heard of it.
    pub heard_at: DateTimeUtc,
    /// By which contract.
    #[sea_orm(belongs_to, from = "contract_id", to = "id")]
    pub contract: BelongsTo<super::card_contract::Entity>,
    /// The attempt that was made of it.
    #[sea_orm(belongs_to, from = "payment_id", to = "id")]
    pub payment: BelongsTo<super::payment::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
