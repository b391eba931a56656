//! Changing one's password.

use entity::users::{CodePurpose, user};
use sea_orm::ActiveValue::Set;

use crate::{
    audit,
    base::{Access, Code, Error, Op, Result},
};

use super::{
    account,
    attempts::{self, Attempt},
    codes,
    events::UserPasswordChanged,
    password::{self, Verdict},
    query,
    sessions::{self, EndReason},
};

/// Replaces the password of the person who asks, and ends all their other sessions. A link for another one that
/// is still on its way is worth nothing.
///
/// # Errors
/// [`Code::WrongPassword`], counted like a failed log-in; [`Error::TooMany`] after five of them; a new
/// password that cannot be taken.
pub async fn change_password(op: &Op, present: &str, new: &str) -> Result<user::Model> {
    op.require(Access::SignedIn)?;
    password::check_length("currentPassword", present)?;
    password::check("newPassword", new)?;
    let user_id = op.actor().user_id().ok_or(Error::Unauthenticated)?;
    let user = query::get(op, user_id).await?;
    let answer = try_once(op, &user, present, new).await;
    if let Err(error @ (Error::Refused { .. } | Error::TooMany { .. })) = &answer {
        audit::note_refusal(op, "changePassword", error.code()).await;
    }
    answer
}

async fn try_once(op: &Op, user: &user::Model, present: &str, new: &str) -> Result<user::Model> {
    let attempt = attempts::begin(op, Some(user.id), "").await?;
    let answer = judge(op, &attempt, user, present, new).await;
    if !matches!(answer, Ok(_) | Err(Error::Refused { .. })) {
        attempt.forget(op).await;
    }
    answer
}

async fn judge(
    op: &Op,
    attempt: &Attempt,
    seen: &user::Model,
    present: &str,
    new: &str,
) -> Result<user::Model> {
    let verdict = password::verify(op, present, Some(&seen.password_hash)).await?;
    if verdict == Verdict::Wrong {
        return Err(wrong_password());
    }
    let hash = password::hash(op, new).await?;
    let mut tx = op.begin().await?;
    let user = account::lock(&tx, seen.id).await?;
    // Somebody else may have changed it meanwhile; then what was said is no longer the present one.
    if user.password_hash != seen.password_hash {
        return Err(wrong_password());
    }
    let changes = user::ActiveModel {
        password_hash: Set(hash),
        ..Default::default()
    };
    let user = account::update(&tx, &user, changes).await?;
    attempt.clear(&tx).await?;
    codes::void(&tx, user.id, CodePurpose::ResetPassword).await?;
    tx.record(UserPasswordChanged { user_id: user.id })?;
    let kept = op.actor().session_id();
    sessions::end_all(&mut tx, user.id, kept, EndReason::PasswordChanged).await?;
    tx.commit().await?;
    Ok(user)
}

fn wrong_password() -> Error {
    Error::refused(Code::WrongPassword, "The present password is wrong.")
}
