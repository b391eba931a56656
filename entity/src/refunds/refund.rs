//! One refund of one payment, in full or in part.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    id::{OrderId, PaymentId, RefundId, TestClockId, UserId},
    money::{Currency, Money},
};

/// Who gives the money back.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(24))",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RefundKind {
    /// The gateway, to the card.
    Card,
    /// A person, by hand.
    Manual,
}

/// Where a refund stands.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(24))",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RefundStatus {
    /// The money is set aside; nothing was sent to the gateway yet.
    Requested,
    /// The gateway is being told, or has carried out some of the steps.
    Sending,
    /// Something was sent and no usable answer came: the gateway is asked before anything else is sent.
    Unknown,
    /// The money went back.
    Succeeded,
    /// The gateway said no. Nothing went back, and the money is free again.
    Failed,
    /// A person must give the money back, or look at what the gateway made of it.
    AwaitingStaff,
    /// Called off. Nothing went back, and the money is free again.
    Cancelled,
}

/// What a gateway can be told to do with a card payment on the way back.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(24))",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CardAction {
    /// Give up the authorisation: the card is never charged.
    Abandon,
    /// Take the payment out of the next capture.
    CancelCapture,
    /// Send captured money back.
    Refund,
}

/// What was told to the gateway and is not known to have happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// What.
    pub action: CardAction,
    /// How the gateway described the payment just before, word by word.
    pub trace_before: String,
    /// How much had gone back to the card just before, in minor units.
    pub refunded_before: i64,
    /// How often the gateway was looked at since, and had not moved.
    pub looks: u32,
    /// Whether the gateway answered that it will not.
    pub refused: bool,
}

/// How far a card refund is; stored as JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Progress {
    /// What the planner chose at its last look, in order.
    pub plan: Vec<CardAction>,
    /// What the gateway has carried out, in order.
    pub done: Vec<CardAction>,
    /// What is under way.
    pub sent: Option<Sent>,
}

/// One refund of one payment. What is set aside for it and what went back are counted on the payment.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "refunds")]
pub struct Model {
    /// The id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RefundId,
    /// Of which payment. At most one refund of a payment is on its way to the gateway at a time.
    pub payment_id: PaymentId,
    /// Of which order.
    pub order_id: OrderId,
    /// To whom.
    pub user_id: UserId,
    /// Who gives it back.
    pub kind: RefundKind,
    /// Where it stands.
    pub status: RefundStatus,
    /// How much, in minor units.
    pub amount_minor: i64,
    /// Of which currency.
    pub currency: Currency,
    /// Why, in the words of who asked.
    pub reason: String,
    /// Whether the subscription that was paid ends with it.
    pub end_subscription: bool,
    /// How far it is at the gateway.
    #[sea_orm(column_type = "JsonBinary")]
    pub progress: Progress,
    /// How often something was sent.
    pub attempts: i32,
    /// How often in a row the gateway was asked in vain, or had not moved.
    pub checks: i32,
    /// When it is looked at; `None` when there is nothing to do.
    pub next_check_at: Option<DateTimeUtc>,
    /// The gateway's last code, or ours for why it waits.
    pub answer_code: Option<String>,
    /// The gateway's words for it, cut at 200 characters.
    pub answer_message: Option<String>,
    /// Who asked for it; `None` for a part of Fabrica.
    pub requested_by: Option<UserId>,
    /// By hand: the number of the transfer, or what else proves it.
    pub reference: Option<String>,
    /// By hand: what the person noted.
    pub note: Option<String>,
    /// The clock its times are read from; `None` for the machine's.
    pub test_clock_id: Option<TestClockId>,
    /// Counts moves; 1 at first.
    pub version: i64,
    /// When it was asked for.
    pub created_at: DateTimeUtc,
    /// When it last changed.
    pub updated_at: DateTimeUtc,
    /// When it ended, well or not.
    pub completed_at: Option<DateTimeUtc>,
    /// Of which payment.
    #[sea_orm(belongs_to, from = "payment_id", to = "id")]
    pub payment: BelongsTo<crate::payments::payment::Entity>,
    /// Of which order.
    #[sea_orm(belongs_to, from = "order_id", to = "id")]
    pub order: BelongsTo<crate::orders::order::Entity>,
    /// To whom.
    #[sea_orm(belongs_to, relation_enum = "Receiver", from = "user_id", to = "id")]
    pub receiver: BelongsTo<crate::users::user::Entity>,
    /// Who asked for it.
    #[sea_orm(
        belongs_to,
        relation_enum = "Requester",
        from = "requested_by",
        to = "id"
    )]
    pub requester: BelongsTo<Option<crate::users::user::Entity>>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// How much.
    #[must_use]
    pub const fn amount(&self) -> Money {
        Money::new(self.amount_minor, self.currency)
    }
}
