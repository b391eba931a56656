//! An invoice.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    id::{InvoiceId, OrderId, PaymentId, SubscriptionId, UserId},
    money::{Currency, Money},
};

/// Where an invoice stands.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(24))",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum InvoiceStatus {
    /// It counts.
    Issued,
    /// It was taken back; its number stays used.
    Void,
}

/// Who is named on an invoice, as on the day it was issued; stored as JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Party {
    /// The name on the invoice.
    pub name: String,
    /// The tax id (統一編號), eight digits; empty for a consumer.
    #[serde(default)]
    pub tax_id: String,
    /// The postal address; may be empty.
    #[serde(default)]
    pub address: String,
    /// The e-mail address; may be empty.
    #[serde(default)]
    pub email: String,
    /// The phone number; may be empty.
    #[serde(default)]
    pub phone: String,
}

/// An invoice. Numbers of a series are unique, without gaps, in the order of commit.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "invoices")]
pub struct Model {
    /// The id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: InvoiceId,
    /// The number for people, `INV-2026-000001`; unique.
    #[sea_orm(unique)]
    pub number: String,
    /// The series the number is from, `INV-2026`.
    pub series: String,
    /// Its place in the series, from 1; unique in it.
    pub sequence: i64,
    /// To whom.
    pub user_id: UserId,
    /// For which order; unique.
    #[sea_orm(unique)]
    pub order_id: OrderId,
    /// For which payment; unique.
    #[sea_orm(unique)]
    pub payment_id: PaymentId,
    /// For which subscription; unique together with the start of the period.
    pub subscription_id: Option<SubscriptionId>,
    /// Whether it is for a change of plan within a period; such invoices do not count for that key.
    pub is_plan_change: bool,
    /// When the period it covers begins.
    pub period_start: Option<DateTimeUtc>,
    /// When that period ends (exclusive).
    pub period_end: Option<DateTimeUtc>,
    /// Where it stands.
    pub status: InvoiceStatus,
    /// The currency of every amount on it.
    pub currency: Currency,
    /// Without tax, in minor units.
    pub net_minor: i64,
    /// The tax in it, in minor units.
    pub tax_minor: i64,
    /// Net and tax, in minor units.
    pub total_minor: i64,
    /// How much of the total credit notes took back, in minor units.
    pub credited_minor: i64,
    /// The tax rate: 500 is 5 %.
    pub tax_rate_basis_points: i32,
    /// Who issued it.
    #[sea_orm(column_type = "JsonBinary")]
    pub seller: Party,
    /// To whom, as on that day.
    #[sea_orm(column_type = "JsonBinary")]
    pub buyer: Party,
    /// What else it says; may be empty.
    pub notes: String,
    /// When it was issued.
    pub issued_at: DateTimeUtc,
    /// When it was paid.
    pub paid_at: Option<DateTimeUtc>,
    /// To whom.
    #[sea_orm(belongs_to, from = "user_id", to = "id")]
    pub user: BelongsTo<crate::users::user::Entity>,
    /// For which order.
    #[sea_orm(belongs_to, from = "order_id", to = "id")]
    pub order: BelongsTo<crate::orders::order::Entity>,
    /// For which payment.
    #[sea_orm(belongs_to, from = "payment_id", to = "id")]
    pub payment: BelongsTo<crate::payments::payment::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// Without tax.
    #[must_use]
    pub const fn net(&self) -> Money {
        Money::new(self.net_minor, self.currency)
    }

    /// The tax in it.
    #[must_use]
    pub const fn tax(&self) -> Money {
        Money::new(self.tax_minor, self.currency)
    }

    /// Net and tax.
    #[must_use]
    pub const fn total(&self) -> Money {
        Money::new(self.total_minor, self.currency)
    }

    /// How much of the total credit notes took back.
    #[must_use]
    pub const fn credited(&self) -> Money {
        Money::new(self.credited_minor, self.currency)
    }
}
