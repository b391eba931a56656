//! A line of the audit trail.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{AuditEntryId, UserId};

/// How it ended.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(24))",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AuditOutcome {
    /// It was done.
    Done,
    /// It was refused.
    Refused,
}

/// A line of the audit trail: who did what, to which thing, from where. It never names personal data.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_entries")]
pub struct Model {
    /// The id; sorts by time.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AuditEntryId,
    /// When.
    pub at: DateTimeUtc,
    /// Who, in one word: `anonymous`, `user`, `system:<part>`.
    pub actor: String,
    /// Who, when it was a person.
    pub actor_user_id: Option<UserId>,
    /// What: the kind of the event, or the refused field, such as `order.placed`.
    pub action: String,
    /// On which thing: its public id.
    pub subject: Option<String>,
    /// How it ended.
    pub outcome: AuditOutcome,
    /// The code of the refusal.
    pub code: Option<String>,
    /// From which address; empty for the clockwork.
    pub address: String,
    /// With which user agent, cut at 200 characters.
    pub agent: String,
    /// In which request.
    pub request_id: String,
    /// Through which door: `graphql`, `callback`, `job`, `command`.
    pub origin: String,
    /// What changed, as in the event.
    #[sea_orm(column_type = "JsonBinary")]
    pub details: Json,
}

impl ActiveModelBehavior for ActiveModel {}
