//! An admin removes a person's data.

use entity::{
    id::{UserId, encode_suffix},
    users::{
        CodePurpose, Role, log_in_failure, mail_request, one_time_code, refresh_token, session,
        user,
    },
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait,
    sea_query::Expr,
};

use crate::base::{Access, Op, Result, Tx};

use super::{
    account, admins, attempts,
    events::UserErased,
    mail_requests,
    sessions::{self, EndReason},
};

/// Removes what is personal from a person's row and sessions, for good. A repeat is a success.
///
/// The row stays, under a name that is nobody's, because the books point at it. Invoices keep the buyer's
/// name and address as they were issued: tax law has them kept. The audit trail is append-only and keeps the
/// addresses that were asked from; it names people by id alone.
///
/// # Errors
/// Whoever is not admin; [`crate::base::Code::LastAdmin`].
pub async fn erase_user(op: &Op, id: UserId) -> Result<user::Model> {
    op.require(Access::Admin)?;
    let mut tx = op.begin().await?;
    let admins = admins::lock_admins(&tx).await?;
    let user = account::lock(&tx, id).await?;
    if user.erased_at.is_some() {
        return Ok(user);
    }
    admins::refuse_last(&admins, id)?;
    forget_codes(&tx, &user).await?;
    let user = account::update(&tx, &user, nobody(&tx, id)).await?;
    tx.record(UserErased { user_id: id })?;
    sessions::end_all(&mut tx, id, None, EndReason::Erased).await?;
    forget_sessions(&tx, id).await?;
    tx.commit().await?;
    Ok(user)
}

/// The name has more characters than one may choose: it can never be taken before.
fn nobody(tx: &Tx, id: UserId) -> user::ActiveModel {
    let name = format!("erased-{}", encode_suffix(id.0));
    let email = format!("{name}@erased.invalid");
    user::ActiveModel {
        username: Set(name.clone()),
        username_key: Set(name),
        email: Set(email.clone()),
        email_key: Set(email),
        first_name: Set(String::new()),
        last_name: Set(String::new()),
        phone: Set(String::new()),
        avatar_url: Set(None),
        password_hash: Set(String::new()),
        role: Set(Role::Customer),
        is_verified: Set(false),
        is_active: Set(false),
        last_log_in_at: Set(None),
        erased_at: Set(Some(tx.now())),
        ..Default::default()
    }
}

/// Codes are worth nothing any more, and what was asked for to this address is nobody's business.
async fn forget_codes(tx: &Tx, before: &user::Model) -> Result<()> {
    one_time_code::Entity::delete_many()
        .filter(one_time_code::Column::UserId.eq(before.id))
        .exec(tx.db())
        .await?;
    let keys = [CodePurpose::VerifyEmail, CodePurpose::ResetPassword]
        .map(|purpose| mail_requests::address_key(purpose, &before.email_key));
    mail_request::Entity::delete_many()
        .filter(mail_request::Column::AddressKey.is_in(keys))
        .exec(tx.db())
        .await?;
    Ok(())
}

async fn forget_sessions(tx: &Tx, id: UserId) -> Result<()> {
    let theirs = session::Entity::find()
        .filter(session::Column::UserId.eq(id))
        .select_only()
        .column(session::Column::Id)
        .into_query();
    refresh_token::Entity::delete_many()
        .filter(refresh_token::Column::SessionId.in_subquery(theirs))
        .exec(tx.db())
        .await?;
    session::Entity::update_many()
        .col_expr(session::Column::Address, Expr::value(""))
        .col_expr(session::Column::Agent, Expr::value(""))
        .filter(session::Column::UserId.eq(id))
        .exec(tx.db())
        .await?;
    log_in_failure::Entity::delete_many()
        .filter(log_in_failure::Column::AccountKey.eq(attempts::account_key(Some(id), "")))
        .exec(tx.db())
        .await?;
    Ok(())
}
