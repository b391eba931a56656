//! An admin makes an account.

use entity::users::{Role, user};

use crate::base::{Access, Op, Result};

use super::{
    account::{self, NewUser},
    events::UserCreated,
    password,
};

/// Makes an account with any role, for somebody else. No session begins.
///
/// # Errors
/// Whoever is not admin; a field that cannot be taken as it is, [`crate::base::Code::Taken`] among them.
pub async fn create_user(
    op: &Op,
    new: &NewUser,
    role: Role,
    is_verified: bool,
) -> Result<user::Model> {
    op.require(Access::Admin)?;
    let checked = new.check()?;
    let password_hash = password::hash(op, &new.password).await?;
    let mut tx = op.begin().await?;
    let user = account::insert(&tx, checked, password_hash, role, is_verified).await?;
    tx.record(UserCreated {
        user_id: user.id,
        role,
    })?;
    tx.commit().await?;
    Ok(user)
}
