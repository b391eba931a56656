//! A contract at a gateway: it charges a card again and again, without us.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    id::{CardContractId, PaymentId, SubscriptionId, TestClockId},
    money::{Currency, Money},
};

/// Where a contract stands.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(24))",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CardContractStatus {
    /// The form was handed out; the first charge is awaited.
    Pending,
    /// The first charge was settled; the gateway makes the later ones.
    Active,
    /// It is to end; the gateway has not confirmed it yet.
    CancelRequested,
    /// The gateway confirmed the end, or will charge no more.
    Cancelled,
    /// Every charge that was agreed on was made.
    Ended,
    /// The first charge failed, or the gateway gave up after too many failures in a row.
    Failed,
}

/// What the time between two charges is counted in.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(24))",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PeriodUnit {
    /// Days.
    Day,
    /// Months of the calendar.
    Month,
    /// Years of the calendar.
    Year,
}

/// A contract at a gateway to charge a card for every period of a subscription. One at a time is active for a
/// subscription: a unique key sees to it.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "card_contracts")]
pub struct Model {
    /// The id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CardContractId,
    /// What it pays for.
    pub subscription_id: SubscriptionId,
    /// The attempt that it begins with; unique.
    #[sea_orm(unique)]
    pub payment_id: PaymentId,
    /// Its number at the gateway, which is that of the first attempt; unique.
    #[sea_orm(unique)]
    pub merchant_trade_no: String,
    /// Where it stands.
    pub status: CardContractStatus,
    /// What the time between two charges is counted in.
    pub period_unit: PeriodUnit,
    /// How many of them lie between two charges.
    pub period_every: i32,
    /// How many charges were agreed on, the first included.
    pub most_charges: i32,
    /// How much each charge is, in minor units.
    pub amount_minor: i64,
    /// Of which currency.
    pub currency: Currency,
    /// How many charges succeeded, as far as we know.
    pub charges: i32,
    /// How many failed in a row since.
    pub failures: i32,
    /// When the first charge was made, by the gateway's clock.
    pub started_at: Option<DateTimeUtc>,
    /// When the gateway is expected to charge next.
    pub next_charge_at: Option<DateTimeUtc>,
    /// When the gateway is asked about it, or told to end it; `None` when there is nothing to ask.
    pub next_check_at: Option<DateTimeUtc>,
    /// How often in a row that brought nothing certain.
    pub checks: i32,
    /// Up to which rung of the dunning ladder the charge that failed was tried again.
    pub retries: i32,
    /// Why the gateway could not be brought to end it the last time.
    pub last_error: Option<String>,
    /// When it ended.
    pub ended_at: Option<DateTimeUtc>,
    /// The clock its times are read from; `None` for the machine's.
    pub test_clock_id: Option<TestClockId>,
    /// Counts moves; 1 at first.
    pub version: i64,
    /// When the form was made.
    pub created_at: DateTimeUtc,
    /// When it last changed.
    pub updated_at: DateTimeUtc,
    /// What it pays for.
    #[sea_orm(belongs_to, from = "subscription_id", to = "id")]
    pub subscription: BelongsTo<crate::subscriptions::subscription::Entity>,
    /// The attempt that it begins with.
    #[sea_orm(belongs_to, from = "payment_id", to = "id")]
    pub payment: BelongsTo<super::payment::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// How much each charge is.
    #[must_use]
    pub const fn amount(&self) -> Money {
        Money::new(self.amount_minor, self.currency)
    }
}
