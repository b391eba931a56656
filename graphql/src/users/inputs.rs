//! What callers say about people. Inputs are read field by field: none ever becomes a row by itself.

use async_graphql::{Enum, ID, InputObject, MaybeUndefined};
use chrono::{DateTime, Utc};
use domain::{
    base::page::Sort,
    users::{Credentials, NewUser, ProfileChanges, UserChanges, query},
};
use entity::users::user;

use crate::base::{page::SortDirection, scalars::Url};

use super::types::{Locale, Role};

/// A new account of one's own.
#[derive(InputObject)]
pub struct RegisterInput {
    /// 3 to 32 letters (a to z), digits, `_`, `.` or `-`; unique whatever the case.
    pub username: String,
    /// An e-mail address; unique whatever the case.
    pub email: String,
    /// 8 to 128 characters.
    pub password: String,
    /// Given name, at most 100 characters.
    #[graphql(default)]
    pub first_name: String,
    /// Family name, at most 100 characters.
    #[graphql(default)]
    pub last_name: String,
    /// Phone number, at most 32 characters.
    #[graphql(default)]
    pub phone: String,
    /// The language of our mails.
    #[graphql(default_with = "Locale::ZhTw")]
    pub locale: Locale,
}

impl From<RegisterInput> for NewUser {
    fn from(input: RegisterInput) -> Self {
        Self {
            username: input.username,
            email: input.email,
            password: input.password,
            first_name: input.first_name,
            last_name: input.last_name,
            phone: input.phone,
            locale: input.locale.into(),
        }
    }
}

/// Who wants in.
#[derive(InputObject)]
pub struct LogInInput {
    /// The user name or the e-mail address, in any case.
    pub identifier: String,
    /// The password.
    pub password: String,
}

impl From<LogInInput> for Credentials {
    fn from(input: LogInInput) -> Self {
        Self {
            identifier: input.identifier,
            password: input.password,
        }
    }
}

/// A session that is to go on.
#[derive(InputObject)]
pub struct RefreshSessionInput {
    /// The newest refresh token of the session: `fr_…`.
    pub refresh_token: String,
}

/// A new password.
#[derive(InputObject)]
pub struct ChangePasswordInput {
    /// The present password.
    pub current_password: String,
    /// The new one: 8 to 128 characters.
    pub new_password: String,
}

/// A code that was mailed.
#[derive(InputObject)]
pub struct VerifyEmailInput {
    /// The six digits of the newest mail.
    pub code: String,
}

/// An address whose password was forgotten.
#[derive(InputObject)]
pub struct RequestPasswordResetInput {
    /// The e-mail address of the account.
    pub email: String,
}

/// A new password, without the old one.
#[derive(InputObject)]
pub struct ResetPasswordInput {
    /// What stands behind the `#` of the link in the mail: `fp_…`.
    pub token: String,
    /// The new password: 8 to 128 characters.
    pub new_password: String,
}

/// Changes to one's own data; what is left out, or `null`, stays as it is.
#[derive(InputObject)]
pub struct UpdateProfileInput {
    /// 3 to 32 letters (a to z), digits, `_`, `.` or `-`; unique whatever the case.
    pub username: Option<String>,
    /// An e-mail address, unique whatever the case. A new one is not verified, and gets a code.
    pub email: Option<String>,
    /// Given name; an empty text takes it away.
    pub first_name: Option<String>,
    /// Family name; an empty text takes it away.
    pub last_name: Option<String>,
    /// Phone number; an empty text takes it away.
    pub phone: Option<String>,
    /// Link to a picture, `https` only, at most 500 characters; here `null` takes it away.
    pub avatar_url: MaybeUndefined<Url>,
    /// The language of our mails.
    pub locale: Option<Locale>,
}

impl From<UpdateProfileInput> for ProfileChanges {
    fn from(input: UpdateProfileInput) -> Self {
        Self {
            username: input.username,
            email: input.email,
            first_name: input.first_name,
            last_name: input.last_name,
            phone: input.phone,
            avatar_url: match input.avatar_url {
                MaybeUndefined::Undefined => None,
                MaybeUndefined::Null => Some(String::new()),
                MaybeUndefined::Value(Url(url)) => Some(url),
            },
            locale: input.locale.map(Into::into),
        }
    }
}

/// A new account for somebody else.
#[derive(InputObject)]
pub struct CreateUserInput {
    /// 3 to 32 letters (a to z), digits, `_`, `.` or `-`; unique whatever the case.
    pub username: String,
    /// An e-mail address; unique whatever the case.
    pub email: String,
    /// 8 to 128 characters. Tell the person to change it.
    pub password: String,
    /// Given name, at most 100 characters.
    #[graphql(default)]
    pub first_name: String,
    /// Family name, at most 100 characters.
    #[graphql(default)]
    pub last_name: String,
    /// Phone number, at most 32 characters.
    #[graphql(default)]
    pub phone: String,
    /// What the person may do here.
    #[graphql(default_with = "Role::Customer")]
    pub role: Role,
    /// Whether the address was shown to be theirs.
    #[graphql(default)]
    pub is_verified: bool,
    /// The language of our mails.
    #[graphql(default_with = "Locale::ZhTw")]
    pub locale: Locale,
}

impl CreateUserInput {
    /// The account, without its role.
    pub fn into_new_user(self) -> NewUser {
        NewUser {
            username: self.username,
            email: self.email,
            password: self.password,
            first_name: self.first_name,
            last_name: self.last_name,
            phone: self.phone,
            locale: self.locale.into(),
        }
    }
}

/// Changes to somebody's account; what is left out, or `null`, stays as it is.
#[derive(InputObject)]
pub struct UpdateUserInput {
    /// Whose.
    pub user_id: ID,
    /// What the person may do here; holds from their next request on.
    pub role: Option<Role>,
    /// Whether the address was shown to be theirs.
    pub is_verified: Option<bool>,
    /// Whether the person may log in; `false` ends their sessions.
    pub is_active: Option<bool>,
    /// Given name; an empty text takes it away.
    pub first_name: Option<String>,
    /// Family name; an empty text takes it away.
    pub last_name: Option<String>,
}

impl From<UpdateUserInput> for UserChanges {
    fn from(input: UpdateUserInput) -> Self {
        Self {
            role: input.role.map(Into::into),
            is_verified: input.is_verified,
            is_active: input.is_active,
            first_name: input.first_name,
            last_name: input.last_name,
        }
    }
}

/// An account that is to be closed.
#[derive(InputObject)]
pub struct DeactivateUserInput {
    /// Whose.
    pub user_id: ID,
}

/// A person whose data is to be removed.
#[derive(InputObject)]
pub struct EraseUserInput {
    /// Who.
    pub user_id: ID,
}

/// Which people a list is about; what is left out does not matter.
#[derive(InputObject, Default)]
pub struct UserFilter {
    /// A part of the user name, the e-mail address, the given or the family name, in any case.
    pub search: Option<String>,
    /// With this role.
    pub role: Option<Role>,
    /// Who may log in, or may not.
    pub is_active: Option<bool>,
    /// With a verified address, or without.
    pub is_verified: Option<bool>,
    /// Who joined at this instant or later.
    pub joined_from: Option<DateTime<Utc>>,
    /// Who joined before this instant.
    pub joined_before: Option<DateTime<Utc>>,
}

impl From<UserFilter> for query::UserFilter {
    fn from(filter: UserFilter) -> Self {
        Self {
            search: filter.search,
            role: filter.role.map(Into::into),
            is_active: filter.is_active,
            is_verified: filter.is_verified,
            joined_from: filter.joined_from,
            joined_before: filter.joined_before,
        }
    }
}

/// What people can be sorted by.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserSortKey {
    /// When they joined.
    JoinedAt,
    /// Their user name, whatever the case.
    Username,
}

/// How people are sorted.
#[derive(InputObject)]
pub struct UserSort {
    /// By what.
    #[graphql(default_with = "UserSortKey::JoinedAt")]
    pub key: UserSortKey,
    /// Which way.
    #[graphql(default_with = "SortDirection::Descending")]
    pub direction: SortDirection,
}

impl Default for UserSort {
    fn default() -> Self {
        Self {
            key: UserSortKey::JoinedAt,
            direction: SortDirection::Descending,
        }
    }
}

impl From<UserSort> for Sort<user::Entity> {
    fn from(sort: UserSort) -> Self {
        match sort.key {
            UserSortKey::JoinedAt => query::by_joined_at(sort.direction.into()),
            UserSortKey::Username => query::by_username(sort.direction.into()),
        }
    }
}
