//! Showing that an address is one's own.

use chrono::{DateTime, Utc};
use entity::users::{CodePurpose, user};
use sea_orm::ActiveValue::Set;

use crate::{
    audit,
    base::{Access, Code, Error, Op, Result, Tx},
};

use super::{
    account,
    codes::{self, Guess},
    events::{UserEmailCodeIssued, UserEmailVerified},
    mail_requests::{self, Admission},
};

/// Has a code of six digits sent to the address of the person who asks; until when it is good. Codes before it
/// are void.
///
/// # Errors
/// Nobody is logged in; the address is verified already; [`Error::TooMany`] after three mails in an hour.
pub async fn request_email_code(op: &Op) -> Result<DateTime<Utc>> {
    op.require(Access::SignedIn)?;
    let user_id = op.actor().user_id().ok_or(Error::Unauthenticated)?;
    let mut tx = op.begin().await?;
    let user = account::lock(&tx, user_id).await?;
    account::refuse_erased(&user)?;
    if user.is_verified {
        return Err(Error::refused(
            Code::InvalidState,
            "This address is verified already.",
        ));
    }
    let expires_at = match send_code(&mut tx, &user).await? {
        Sending::Queued(expires_at) => expires_at,
        Sending::TooMany {
            retry_after_seconds,
        } => {
            return Err(Error::TooMany {
                retry_after_seconds,
            });
        }
    };
    tx.commit().await?;
    Ok(expires_at)
}

/// What came of asking for a code.
pub(super) enum Sending {
    Queued(DateTime<Utc>),
    TooMany { retry_after_seconds: u64 },
}

/// Queues a code to this person's present address, unless too many went there. Lock the person first.
pub(super) async fn send_code(tx: &mut Tx, user: &user::Model) -> Result<Sending> {
    const PURPOSE: CodePurpose = CodePurpose::VerifyEmail;
    match mail_requests::admit(tx, PURPOSE, &user.email_key).await? {
        Admission::TooMany(retry_after_seconds) => Ok(Sending::TooMany {
            retry_after_seconds,
        }),
        Admission::Admitted => {
            let code = codes::issue(tx, user.id, PURPOSE).await?;
            tx.record(UserEmailCodeIssued {
                user_id: user.id,
                code_id: code.id,
            })?;
            Ok(Sending::Queued(code.expires_at))
        }
    }
}

/// Takes the six digits that were sent. Five may be tried; the sixth voids the code. Who is verified already
/// stays so.
///
/// # Errors
/// Nobody is logged in; something that is not six digits; [`Code::CodeInvalid`].
pub async fn verify_email(op: &Op, said: &str) -> Result<user::Model> {
    op.require(Access::SignedIn)?;
    let user_id = op.actor().user_id().ok_or(Error::Unauthenticated)?;
    let said = six_digits(said)?;
    let answer = try_once(op, user_id, &said).await;
    if let Err(error @ Error::Refused { .. }) = &answer {
        audit::note_refusal(op, "verifyEmail", error.code()).await;
    }
    answer
}

async fn try_once(op: &Op, user_id: entity::id::UserId, said: &str) -> Result<user::Model> {
    let mut tx = op.begin().await?;
    let user = account::lock(&tx, user_id).await?;
    if user.is_verified {
        return Ok(user);
    }
    if codes::guess(&tx, user_id, said).await? != Guess::Right {
        // The guess counts although it was refused.
        tx.commit().await?;
        return Err(codes::invalid());
    }
    let changes = user::ActiveModel {
        is_verified: Set(true),
        ..Default::default()
    };
    let user = account::update(&tx, &user, changes).await?;
    tx.record(UserEmailVerified { user_id })?;
    tx.commit().await?;
    Ok(user)
}

/// The digits, however they were grouped.
fn six_digits(said: &str) -> Result<String> {
    let plain: String = said
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .take(7)
        .collect();
    if plain.len() == 6 && plain.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(plain);
    }
    Err(Error::invalid(
        "code",
        Code::Malformed,
        "A code has six digits.",
    ))
}
