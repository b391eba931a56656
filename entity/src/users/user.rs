//! A person.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{TestClockId, UserId};

/// What a person may do here.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(24))",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Role {
    /// Buys; sees what is theirs.
    Customer,
    /// Runs the shop; sees what is everybody's.
    Staff,
    /// Staff who also manage people.
    Admin,
}

/// A language that we speak to people.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(24))",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Locale {
    /// Chinese, as written in Taiwan.
    #[default]
    ZhTw,
    /// English.
    En,
}

/// A person. After [`Model::erased_at`] nothing personal is left in the row, but books still point at it.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "users")]
pub struct Model {
    /// The id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: UserId,
    /// The name shown, as the person writes it.
    pub username: String,
    /// The name folded for comparison; unique.
    #[sea_orm(unique)]
    pub username_key: String,
    /// The address, as the person writes it.
    pub email: String,
    /// The address folded for comparison; unique.
    #[sea_orm(unique)]
    pub email_key: String,
    /// Given name; may be empty.
    pub first_name: String,
    /// Family name; may be empty.
    pub last_name: String,
    /// Phone number; may be empty.
    pub phone: String,
    /// Link to a picture.
    pub avatar_url: Option<String>,
    /// Argon2id, in PHC form. Empty text matches no password.
    pub password_hash: String,
    /// What the person may do.
    pub role: Role,
    /// Whether the address was shown to be theirs.
    pub is_verified: bool,
    /// Whether the person may log in.
    pub is_active: bool,
    /// The clock its times are read from; `None` for the machine's.
    pub test_clock_id: Option<TestClockId>,
    /// When the account was made.
    pub joined_at: DateTimeUtc,
    /// When the person last logged in.
    pub last_log_in_at: Option<DateTimeUtc>,
    /// When the personal data was removed.
    pub erased_at: Option<DateTimeUtc>,
    /// The language we write to them in.
    pub locale: Locale,
    /// Counts changes; 1 at first.
    pub version: i64,
    /// When the row last changed.
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
