//! An event on its way to somebody outside.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{DeliveryId, EventId, TestClockId};

/// Who takes an event out of the house.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(24))",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Consumer {
    /// It becomes a mail.
    Mail,
}

/// Where a delivery stands.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(24))",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DeliveryState {
    /// It waits for its turn, or is being sent.
    Queued,
    /// It was handed over.
    Done,
    /// When its turn came there was nothing to say any more.
    Skipped,
    /// It was given up, or cannot be delivered: a dead letter.
    Dead,
}

/// An event on its way to somebody outside, written in the transaction in which it happened. It holds ids
/// alone: what is said is read when it is sent.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "outbox")]
pub struct Model {
    /// The id; a mail's `Message-ID` is made from it, so that a second delivery can be recognised.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DeliveryId,
    /// Which event; unique together with the consumer.
    pub event_id: EventId,
    /// Who takes it.
    pub consumer: Consumer,
    /// What happened, such as `payment.status_changed`.
    pub kind: String,
    /// To which thing: its public id.
    pub subject: String,
    /// Its place among the deliveries about this thing, from 1: they go in this order.
    pub sequence: i64,
    /// Where it stands.
    pub state: DeliveryState,
    /// How often it was tried.
    pub attempt: i32,
    /// Not before this.
    pub next_at: DateTimeUtc,
    /// Somebody works on it until then.
    pub lease_until: Option<DateTimeUtc>,
    /// Why the last attempt failed, or why it was skipped.
    pub last_error: Option<String>,
    /// When it was queued, by the machine.
    pub created_at: DateTimeUtc,
    /// When it was done, skipped or given up.
    pub finished_at: Option<DateTimeUtc>,
    /// In which place of which trace it was queued: a W3C `traceparent`.
    pub trace_parent: Option<String>,
    /// By which test clock the person lives to whom it is; none for the machine's.
    pub test_clock_id: Option<TestClockId>,
    /// Which event.
    #[sea_orm(belongs_to, from = "event_id", to = "id")]
    pub event: BelongsTo<crate::base::event::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
