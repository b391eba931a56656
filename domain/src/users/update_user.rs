//! An admin changes an account.

use entity::{
    id::UserId,
    users::{Role, user},
};
use sea_orm::ActiveValue::Set;

use crate::base::{Access, Op, Result};

use super::{
    account, admins,
    events::UserUpdated,
    sessions::{self, EndReason},
    update_profile,
};

/// What is to change; `None` stays as it is.
#[derive(Clone, Debug, Default)]
pub struct UserChanges {
    /// What the person may do; holds from their next request on.
    pub role: Option<Role>,
    /// Whether the address was shown to be theirs.
    pub is_verified: Option<bool>,
    /// Whether the person may log in; `false` ends their sessions.
    pub is_active: Option<bool>,
    /// Given name; empty takes it away.
    pub first_name: Option<String>,
    /// Family name; empty takes it away.
    pub last_name: Option<String>,
}

/// Changes an account. Without a change nothing is written.
///
/// # Errors
/// Whoever is not admin; [`crate::base::Code::LastAdmin`] when nobody would be left to manage people;
/// [`crate::base::Code::InvalidState`] for an erased user.
pub async fn update_user(op: &Op, id: UserId, changes: &UserChanges) -> Result<user::Model> {
    op.require(Access::Admin)?;
    let mut tx = op.begin().await?;
    let admins = admins::lock_admins(&tx).await?;
    let user = account::lock(&tx, id).await?;
    account::refuse_erased(&user)?;
    let (row, fields) = decide(&user, changes)?;
    if fields.is_empty() {
        return Ok(user);
    }
    let role = changes.role.unwrap_or(user.role);
    let is_active = changes.is_active.unwrap_or(user.is_active);
    if role != Role::Admin || !is_active {
        admins::refuse_last(&admins, id)?;
    }
    let user = account::update(&tx, &user, row).await?;
    tx.record(UserUpdated {
        user_id: id,
        fields,
        role,
        is_active,
    })?;
    if !is_active {
        sessions::end_all(&mut tx, id, None, EndReason::Deactivated).await?;
    }
    tx.commit().await?;
    Ok(user)
}

/// The columns to write, and the names of the fields that differ.
fn decide(
    user: &user::Model,
    changes: &UserChanges,
) -> Result<(user::ActiveModel, Vec<&'static str>)> {
    let mut row = user::ActiveModel::default();
    let mut changed = Vec::new();
    if let Some(role) = changes.role.filter(|role| *role != user.role) {
        row.role = Set(role);
        changed.push("role");
    }
    if let Some(is_verified) = changes.is_verified.filter(|it| *it != user.is_verified) {
        row.is_verified = Set(is_verified);
        changed.push("isVerified");
    }
    if let Some(is_active) = changes.is_active.filter(|it| *it != user.is_active) {
        row.is_active = Set(is_active);
        changed.push("isActive");
    }
    let (first, last) = (&changes.first_name, &changes.last_name);
    update_profile::names(
        user,
        first.as_deref(),
        last.as_deref(),
        &mut row,
        &mut changed,
    )?;
    Ok((row, changed))
}
