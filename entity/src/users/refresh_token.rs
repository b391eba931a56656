//! One refresh token.

use sea_orm::entity::prelude::*;

use crate::id::{RefreshTokenId, SessionId};

/// One refresh token. The unique parent is what gives each token at most one child.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "refresh_tokens")]
pub struct Model {
    /// The id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RefreshTokenId,
    /// The family.
    pub session_id: SessionId,
    /// The token it came from; unique. `None` for the first of a family.
    #[sea_orm(unique)]
    pub parent_id: Option<RefreshTokenId>,
    /// SHA-256 of the secret, in hex; unique.
    #[sea_orm(unique)]
    pub secret_hash: String,
    /// When it was given out.
    pub issued_at: DateTimeUtc,
    /// After this it is worth nothing.
    pub expires_at: DateTimeUtc,
    /// When it was exchanged for its child.
    pub used_at: Option<DateTimeUtc>,
    /// The family.
    #[sea_orm(belongs_to, from = "session_id", to = "id")]
    pub session: BelongsTo<super::session::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
