//! A new password for who has forgotten theirs.

use entity::users::{CodePurpose, log_in_failure, one_time_code, user};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use crate::{
    audit,
    base::{Error, Op, Result, Tx},
};

use super::{
    account, attempts, codes,
    events::{UserPasswordChanged, UserPasswordResetRequested},
    fields,
    log_in::may_log_in,
    mail_requests::{self, Admission},
    password,
    sessions::{self, EndReason},
};

/// Has a link sent to this address, if it is somebody's who may log in. The answer is the same for every address,
/// and each costs one short transaction; at most three mails an hour go to one.
///
/// # Errors
/// A text that is no address; the database does not answer.
pub async fn request_password_reset(op: &Op, email: &str) -> Result<()> {
    let email = fields::email(email)?;
    let mut tx = op.begin().await?;
    let user = user::Entity::find()
        .filter(user::Column::EmailKey.eq(&email.key))
        .lock_exclusive()
        .one(tx.db())
        .await?
        .filter(may_log_in);
    let admission = mail_requests::admit(&tx, CodePurpose::ResetPassword, &email.key).await?;
    if let (Some(user), Admission::Admitted) = (user, admission) {
        let code = codes::issue(&tx, user.id, CodePurpose::ResetPassword).await?;
        tx.record(UserPasswordResetRequested {
            user_id: user.id,
            code_id: code.id,
        })?;
    }
    tx.commit().await
}

/// Sets a new password with the secret of a link, and ends every session. The secret works once, for half an hour,
/// and not after the password was changed another way.
///
/// # Errors
/// [`crate::base::Code::CodeInvalid`]; a new password that cannot be taken; [`Error::Busy`] when too many
/// passwords are being hashed.
pub async fn reset_password(op: &Op, secret: &str, new: &str) -> Result<()> {
    password::check("newPassword", new)?;
    let answer = try_once(op, secret, new).await;
    if let Err(error @ Error::Refused { .. }) = &answer {
        audit::note_refusal(op, "resetPassword", error.code()).await;
    }
    answer
}

async fn try_once(op: &Op, secret: &str, new: &str) -> Result<()> {
    // Looked at before the password is hashed: guessing must not cost us more than the guesser.
    let code = codes::by_secret(op, secret)
        .await?
        .ok_or_else(codes::invalid)?;
    let hash = password::hash(op, new).await?;
    let mut tx = op.begin().await?;
    set(&mut tx, &code, hash).await?;
    tx.commit().await
}

async fn set(tx: &mut Tx, code: &one_time_code::Model, password_hash: String) -> Result<()> {
    let user = account::lock(tx, code.user_id).await?;
    if !may_log_in(&user) {
        return Err(codes::invalid());
    }
    codes::use_up(tx, code.id).await?;
    let changes = user::ActiveModel {
        password_hash: Set(password_hash),
        ..Default::default()
    };
    let user = account::update(tx, &user, changes).await?;
    forgive(tx, &user).await?;
    tx.record(UserPasswordChanged { user_id: user.id })?;
    sessions::end_all(tx, user.id, None, EndReason::PasswordReset).await?;
    Ok(())
}

/// The failures of who had forgotten it, from where they sit, count no more.
async fn forgive(tx: &Tx, user: &user::Model) -> Result<()> {
    log_in_failure::Entity::delete_many()
        .filter(log_in_failure::Column::AccountKey.eq(attempts::account_key(Some(user.id), "")))
        .filter(log_in_failure::Column::Address.eq(&tx.op().origin().address))
        .exec(tx.db())
        .await?;
    Ok(())
}
