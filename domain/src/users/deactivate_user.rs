//! An admin closes an account.

use entity::{id::UserId, users::user};
use sea_orm::ActiveValue::Set;

use crate::base::{Access, Op, Result};

use super::{
    account, admins,
    events::UserDeactivated,
    sessions::{self, EndReason},
};

/// Closes an account: the person can no longer log in, and is logged out everywhere. Their orders and
/// subscriptions stay. A repeat is a success; `update_user` opens it again.
///
/// # Errors
/// Whoever is not admin; [`crate::base::Code::LastAdmin`].
pub async fn deactivate_user(op: &Op, id: UserId) -> Result<user::Model> {
    op.require(Access::Admin)?;
    let mut tx = op.begin().await?;
    let admins = admins::lock_admins(&tx).await?;
    let user = account::lock(&tx, id).await?;
    if !user.is_active {
        return Ok(user);
    }
    admins::refuse_last(&admins, id)?;
    let changes = user::ActiveModel {
        is_active: Set(false),
        ..Default::default()
    };
    let user = account::update(&tx, &user, changes).await?;
    tx.record(UserDeactivated { user_id: id })?;
    sessions::end_all(&mut tx, id, None, EndReason::Deactivated).await?;
    tx.commit().await?;
    Ok(user)
}
