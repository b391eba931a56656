//! Logging in.

use std::fmt;

use entity::users::user;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ActiveValue::Unchanged};

use crate::{
    audit,
    base::{Code, Error, Op, Result, validate},
};

use super::{
    account, attempts,
    attempts::Attempt,
    fields::fold,
    password::{self, Verdict},
    query,
    sessions::{self, LoggedIn},
};

/// What somebody says to be let in.
#[derive(Clone)]
pub struct Credentials {
    /// The user name or the e-mail address, in any case.
    pub identifier: String,
    /// The password.
    pub password: String,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").finish_non_exhaustive()
    }
}

/// Begins a session. An unknown name, a wrong password, a closed and an erased account get the same answer
/// after the same work.
///
/// # Errors
/// [`Code::WrongCredentials`]; [`Error::TooMany`] after five failures of one address within 15 minutes, even
/// with the right password; [`Error::Busy`] when too many log in at once.
pub async fn log_in(op: &Op, credentials: &Credentials) -> Result<LoggedIn> {
    let identifier = validate::text("identifier", &credentials.identifier, 1, 254)?;
    password::check_length("password", &credentials.password)?;
    let answer = try_once(op, &fold(&identifier), &credentials.password).await;
    count(&answer);
    if let Err(error @ (Error::Refused { .. } | Error::TooMany { .. })) = &answer {
        audit::note_refusal(op, "logIn", error.code()).await;
    }
    answer
}

fn count(answer: &Result<LoggedIn>) {
    let result = match answer {
        Ok(_) => "ok",
        Err(Error::Refused { .. }) => "refused",
        Err(Error::TooMany { .. }) => "too_many",
        Err(_) => "failed",
    };
    metrics::counter!("login_total", "result" => result).increment(1);
}

async fn try_once(op: &Op, folded: &str, password: &str) -> Result<LoggedIn> {
    let user = query::find_by_identifier(op, folded).await?;
    let attempt = attempts::begin(op, user.as_ref().map(|user| user.id), folded).await?;
    let answer = judge(op, &attempt, user.filter(may_log_in), password).await;
    if !matches!(answer, Ok(_) | Err(Error::Refused { .. })) {
        attempt.forget(op).await;
    }
    answer
}

async fn judge(
    op: &Op,
    attempt: &Attempt,
    user: Option<user::Model>,
    password: &str,
) -> Result<LoggedIn> {
    let stored = user.as_ref().map(|user| user.password_hash.as_str());
    let verdict = password::verify(op, password, stored).await?;
    let (Some(user), Verdict::Right { outdated }) = (user, verdict) else {
        return Err(wrong_credentials());
    };
    let rehashed = match outdated {
        true => Some(password::hash(op, password).await?),
        false => None,
    };
    start(op, attempt, &user, rehashed).await
}

async fn start(
    op: &Op,
    attempt: &Attempt,
    seen: &user::Model,
    rehashed: Option<String>,
) -> Result<LoggedIn> {
    let mut tx = op.begin().await?;
    let user = account::lock(&tx, seen.id).await?;
    // While the password was hashed, the account may have been closed, or got another password.
    if !may_log_in(&user) || user.password_hash != seen.password_hash {
        return Err(wrong_credentials());
    }
    attempt.clear(&tx).await?;
    let user = user::ActiveModel {
        id: Unchanged(user.id),
        last_log_in_at: Set(Some(tx.op().machine_now())),
        password_hash: rehashed.map_or(Unchanged(user.password_hash), Set),
        ..Default::default()
    }
    .update(tx.db())
    .await?;
    let tokens = sessions::start(&mut tx, user.id).await?;
    tx.commit().await?;
    Ok(LoggedIn { user, tokens })
}

/// Whether this person may have a session.
pub(super) const fn may_log_in(user: &user::Model) -> bool {
    user.is_active && user.erased_at.is_none()
}

fn wrong_credentials() -> Error {
    Error::refused(
        Code::WrongCredentials,
        "The name or the password is wrong, or the account cannot log in.",
    )
}
