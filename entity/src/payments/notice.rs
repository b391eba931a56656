//! What a gateway told us.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{NoticeId, PaymentId};

/// What a notice is about.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(24))",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum NoticeKind {
    /// Money came, or did not.
    Payment,
    /// A code to pay with was issued, or was not.
    PaymentInfo,
    /// A card was charged again by its contract, or could not be.
    Period,
}

/// What became of a notice.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(24))",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum NoticeState {
    /// Stored, to be applied.
    Received,
    /// Applied, or recognised as old news.
    Done,
    /// Authentic, but not to be acted on; a person should look.
    Quarantined,
}

/// The fields as received, in order, without the signature; stored as JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Fields(pub Vec<(String, String)>);

/// The inbox: every authentic notice, once. A re-send has the same key, whatever its words.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "notices")]
pub struct Model {
    /// The id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: NoticeId,
    /// Which gateway.
    pub gateway: String,
    /// What the notice is about, in one text; unique for the gateway.
    pub dedupe_key: String,
    /// Which address it came to.
    pub kind: NoticeKind,
    /// Our number, as the gateway sent it.
    pub merchant_trade_no: String,
    /// The attempt it belongs to, when there is one.
    pub payment_id: Option<PaymentId>,
    /// What became of it.
    pub state: NoticeState,
    /// Why it is quarantined, or what it changed: `unknown_trade`, `amount_mismatch`, `simulated`, `paid_late`, …
    pub reason: Option<String>,
    /// The fields as received.
    #[sea_orm(column_type = "JsonBinary")]
    pub fields: Fields,
    /// When it first came.
    pub received_at: DateTimeUtc,
    /// How often it came.
    pub deliveries: i32,
    /// When it was applied.
    pub applied_at: Option<DateTimeUtc>,
    /// How often applying it failed.
    pub attempts: i32,
    /// Why it failed the last time.
    pub last_error: Option<String>,
    /// The attempt it belongs to.
    #[sea_orm(belongs_to, from = "payment_id", to = "id")]
    pub payment: BelongsTo<Option<super::payment::Entity>>,
}

impl ActiveModelBehavior for ActiveModel {}
