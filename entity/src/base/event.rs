//! Something that happened.

use sea_orm::entity::prelude::*;

use crate::id::EventId;

/// Something that happened, written in the transaction in which it did. Mails and webhooks will be made from here.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "events")]
pub struct Model {
    /// The id; sorts by time.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: EventId,
    /// What, such as `order.placed`; `schema/events.md` lists them.
    pub kind: String,
    /// To which thing: its public id.
    pub subject: String,
    /// The rest, as in `schema/events.md`.
    #[sea_orm(column_type = "JsonBinary")]
    pub payload: Json,
    /// In which request.
    pub request_id: String,
    /// When.
    pub occurred_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
