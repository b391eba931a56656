//! One log-in.

use sea_orm::entity::prelude::*;

use crate::id::{SessionId, UserId};

/// One log-in: a family of refresh tokens that is revoked as a whole.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sessions")]
pub struct Model {
    /// The id; `sid` in the access token.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SessionId,
    /// Whose.
    pub user_id: UserId,
    /// When the person logged in.
    pub created_at: DateTimeUtc,
    /// When the family was last refreshed.
    pub last_used_at: DateTimeUtc,
    /// When it ends at the latest, refreshed or not.
    pub expires_at: DateTimeUtc,
    /// When it was ended early.
    pub revoked_at: Option<DateTimeUtc>,
    /// Why: `log_out`, `log_out_everywhere`, `log_out_elsewhere`, `password_changed`, `token_reused`, `deactivated`, `erased`.
    pub revoked_reason: Option<String>,
    /// The address the person logged in from.
    pub address: String,
    /// The user agent, cut at 200 characters.
    pub agent: String,
    /// Whose.
    #[sea_orm(belongs_to, from = "user_id", to = "id")]
    pub user: BelongsTo<super::user::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
