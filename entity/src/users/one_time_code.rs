//! A code that was sent to somebody.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{OneTimeCodeId, UserId};

/// What a code is good for.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(24))",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CodePurpose {
    /// Shows that an address is theirs.
    VerifyEmail,
    /// Sets a new password.
    ResetPassword,
}

/// A code that was sent to somebody. It works once. The code itself is derived from this row and a key of the
/// server: whoever reads the table cannot use it.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "one_time_codes")]
pub struct Model {
    /// The id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OneTimeCodeId,
    /// Whose.
    pub user_id: UserId,
    /// What it is good for.
    pub purpose: CodePurpose,
    /// 128 bits by chance, in hex.
    pub nonce: String,
    /// How often it was guessed.
    pub guesses: i32,
    /// When it was made.
    pub created_at: DateTimeUtc,
    /// After this it is worth nothing.
    pub expires_at: DateTimeUtc,
    /// When it was used.
    pub used_at: Option<DateTimeUtc>,
    /// When it was taken back: another was asked for, the address or password changed, or it was guessed too often.
    pub voided_at: Option<DateTimeUtc>,
    /// Whose.
    #[sea_orm(belongs_to, from = "user_id", to = "id")]
    pub user: BelongsTo<crate::users::user::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
