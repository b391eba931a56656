//! Opening an account of one's own.

use entity::users::Role;

use crate::base::{Op, Result};

use super::{
    account::{self, NewUser},
    events::UserRegistered,
    password,
    sessions::{self, LoggedIn},
    verify_email,
};

/// Opens an account, begins its first session, and has a code sent to its address.
///
/// The answer does tell whether a name is taken: a person must be able to choose another. The password is
/// hashed before anybody looks, so that the time tells nothing more.
///
/// # Errors
/// A field that cannot be taken as it is, [`crate::base::Code::Taken`] among them; [`crate::base::Error::Busy`]
/// when too many passwords are being hashed.
pub async fn register(op: &Op, new: &NewUser) -> Result<LoggedIn> {
    let checked = new.check()?;
    let password_hash = password::hash(op, &new.password).await?;
    let mut tx = op.begin().await?;
    let user = account::insert(&tx, checked, password_hash, Role::Customer, false).await?;
    tx.record(UserRegistered { user_id: user.id })?;
    verify_email::send_code(&mut tx, &user).await?;
    let tokens = sessions::start(&mut tx, user.id).await?;
    tx.commit().await?;
    Ok(LoggedIn { user, tokens })
}
