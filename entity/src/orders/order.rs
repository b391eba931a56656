//! An order.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    id::{OrderId, TestClockId, UserId},
    money::{Currency, Money},
    payments::PaymentMethod,
};

/// Where an order stands.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(24))",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum OrderStatus {
    /// Placed; nobody has begun to pay.
    Pending,
    /// The shopper is at the gateway.
    Processing,
    /// A code to pay with was issued; the money is awaited.
    AwaitingPayment,
    /// The money is there.
    Paid,
    /// Paid, and everything in it was delivered.
    Completed,
    /// The last attempt to pay failed; it can be tried again.
    Failed,
    /// Called off before it was paid.
    Cancelled,
    /// Not paid in time.
    Expired,
    /// The money went back.
    Refunded,
}

/// An order: the only way in for anything sold.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "orders")]
pub struct Model {
    /// The id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OrderId,
    /// The number for people, `ORD-20261120-7K2M9Q`; unique.
    #[sea_orm(unique)]
    pub number: String,
    /// Whose.
    pub user_id: UserId,
    /// Where it stands.
    pub status: OrderStatus,
    /// What is to be paid, in minor units, tax included.
    pub total_minor: i64,
    /// The currency of the total and of every line.
    pub currency: Currency,
    /// How it was, or is being, paid.
    pub payment_method: Option<PaymentMethod>,
    /// What the buyer wrote; may be empty.
    pub notes: String,
    /// When it was placed.
    pub placed_at: DateTimeUtc,
    /// Until when it can be paid.
    pub expires_at: DateTimeUtc,
    /// When the money came.
    pub paid_at: Option<DateTimeUtc>,
    /// When it was called off.
    pub cancelled_at: Option<DateTimeUtc>,
    /// The clock its times are read from; `None` for the machine's.
    pub test_clock_id: Option<TestClockId>,
    /// Counts moves; 1 at first.
    pub version: i64,
    /// When it last changed.
    pub updated_at: DateTimeUtc,
    /// Whose.
    #[sea_orm(belongs_to, from = "user_id", to = "id")]
    pub user: BelongsTo<crate::users::user::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// What is to be paid, tax included.
    #[must_use]
    pub const fn total(&self) -> Money {
        Money::new(self.total_minor, self.currency)
    }
}
