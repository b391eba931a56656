//! What mutations about people answer.

use async_graphql::{ID, SimpleObject};
use chrono::{DateTime, Utc};

use crate::base::UserError;

use super::types::{Session, User};

/// What became of `register`.
#[derive(SimpleObject)]
pub struct RegisterPayload {
    /// The new account; `null` when there are errors.
    pub user: Option<User>,
    /// Its first session; `null` when there are errors.
    pub session: Option<Session>,
    /// What the caller must mend; empty when it was done.
    pub errors: Vec<UserError>,
}

/// What became of `logIn`.
#[derive(SimpleObject)]
pub struct LogInPayload {
    /// Who logged in; `null` when there are errors.
    pub user: Option<User>,
    /// The new session; `null` when there are errors.
    pub session: Option<Session>,
    /// What the caller must mend; empty when it was done.
    pub errors: Vec<UserError>,
}

/// What became of `refreshSession`.
#[derive(SimpleObject)]
pub struct RefreshSessionPayload {
    /// Whose session it is; `null` when there are errors.
    pub user: Option<User>,
    /// The next pair of tokens; `null` when there are errors.
    pub session: Option<Session>,
    /// What the caller must mend; empty when it was done.
    pub errors: Vec<UserError>,
}

/// What became of `logOut`.
#[derive(SimpleObject)]
pub struct LogOutPayload {
    /// The session that ended; `null` when there are errors.
    pub ended_session_id: Option<ID>,
    /// What the caller must mend; empty when it was done.
    pub errors: Vec<UserError>,
}

/// What became of `logOutEverywhere`.
#[derive(SimpleObject)]
pub struct LogOutEverywherePayload {
    /// How many sessions ended, this one included; `null` when there are errors.
    pub ended_sessions: Option<i32>,
    /// What the caller must mend; empty when it was done.
    pub errors: Vec<UserError>,
}

/// What became of `logOutElsewhere`.
#[derive(SimpleObject)]
pub struct LogOutElsewherePayload {
    /// How many sessions ended, this one not among them; `null` when there are errors.
    pub ended_sessions: Option<i32>,
    /// What the caller must mend; empty when it was done.
    pub errors: Vec<UserError>,
}

/// What became of `changePassword`.
#[derive(SimpleObject)]
pub struct ChangePasswordPayload {
    /// Whose password it is; `null` when there are errors.
    pub user: Option<User>,
    /// What the caller must mend; empty when it was done.
    pub errors: Vec<UserError>,
}

/// What became of `updateProfile`.
#[derive(SimpleObject)]
pub struct UpdateProfilePayload {
    /// The person as they are now; `null` when there are errors.
    pub user: Option<User>,
    /// What the caller must mend; empty when it was done.
    pub errors: Vec<UserError>,
}

/// What became of `requestEmailCode`.
#[derive(SimpleObject)]
pub struct RequestEmailCodePayload {
    /// Until when the code is good; `null` when there are errors.
    pub expires_at: Option<DateTime<Utc>>,
    /// What the caller must mend; empty when it was done.
    pub errors: Vec<UserError>,
}

/// What became of `verifyEmail`.
#[derive(SimpleObject)]
pub struct VerifyEmailPayload {
    /// The person, verified now; `null` when there are errors.
    pub user: Option<User>,
    /// What the caller must mend; empty when it was done.
    pub errors: Vec<UserError>,
}

/// What became of `requestPasswordReset`.
#[derive(SimpleObject)]
pub struct RequestPasswordResetPayload {
    /// Always `true` without errors. It does not tell whether the address is somebody's.
    pub accepted: bool,
    /// What the caller must mend; empty when it was done.
    pub errors: Vec<UserError>,
}

/// What became of `resetPassword`.
#[derive(SimpleObject)]
pub struct ResetPasswordPayload {
    /// Whether the new password holds. Then log in with it.
    pub done: bool,
    /// What the caller must mend; empty when it was done.
    pub errors: Vec<UserError>,
}

/// What became of `createUser`.
#[derive(SimpleObject)]
pub struct CreateUserPayload {
    /// The new account; `null` when there are errors.
    pub user: Option<User>,
    /// What the caller must mend; empty when it was done.
    pub errors: Vec<UserError>,
}

/// What became of `updateUser`.
#[derive(SimpleObject)]
pub struct UpdateUserPayload {
    /// The account as it is now; `null` when there are errors.
    pub user: Option<User>,
    /// What the caller must mend; empty when it was done.
    pub errors: Vec<UserError>,
}

/// What became of `deactivateUser`.
#[derive(SimpleObject)]
pub struct DeactivateUserPayload {
    /// The account as it is now; `null` when there are errors.
    pub user: Option<User>,
    /// What the caller must mend; empty when it was done.
    pub errors: Vec<UserError>,
}

/// What became of `eraseUser`.
#[derive(SimpleObject)]
pub struct EraseUserPayload {
    /// Whose data was removed; `null` when there are errors.
    pub erased_user_id: Option<ID>,
    /// What the caller must mend; empty when it was done.
    pub errors: Vec<UserError>,
}
