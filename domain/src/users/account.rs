//! Making an account: what registering, the admin's form and the command line share.

use std::fmt;

use entity::{
    id::UserId,
    users::{Locale, Role, user},
};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, DbErr, EntityTrait, QuerySelect};

use crate::base::{Code, Error, Result, Tx, database::violates};

use super::{
    fields::{self, Folded},
    password,
};

/// A person who is to have an account.
#[derive(Clone, Default)]
pub struct NewUser {
    /// 3 to 32 of letters (a to z), digits, `_ . -`; unique whatever the case.
    pub username: String,
    /// An e-mail address; unique whatever the case.
    pub email: String,
    /// 8 to 128 characters.
    pub password: String,
    /// Given name; may be empty.
    pub first_name: String,
    /// Family name; may be empty.
    pub last_name: String,
    /// Phone number; may be empty.
    pub phone: String,
    /// The language we write to them in.
    pub locale: Locale,
}

impl fmt::Debug for NewUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewUser").finish_non_exhaustive()
    }
}

/// A [`NewUser`] whose data has the right form, without the password.
pub(super) struct CheckedUser {
    username: Folded,
    email: Folded,
    first_name: String,
    last_name: String,
    phone: String,
    locale: Locale,
}

impl NewUser {
    pub(super) fn check(&self) -> Result<CheckedUser> {
        let checked = CheckedUser {
            username: fields::username(&self.username)?,
            email: fields::email(&self.email)?,
            first_name: fields::name("firstName", &self.first_name)?,
            last_name: fields::name("lastName", &self.last_name)?,
            phone: fields::phone(&self.phone)?,
            locale: self.locale,
        };
        password::check("password", &self.password)?;
        Ok(checked)
    }
}

/// Writes the account. The unique keys decide whether the names are free, not a look before.
pub(super) async fn insert(
    tx: &Tx,
    new: CheckedUser,
    password_hash: String,
    role: Role,
    is_verified: bool,
) -> Result<user::Model> {
    let row = user::ActiveModel {
        id: Set(tx.op().new_id::<UserId>()),
        username: Set(new.username.shown),
        username_key: Set(new.username.key),
        email: Set(new.email.shown),
        email_key: Set(new.email.key),
        first_name: Set(new.first_name),
        last_name: Set(new.last_name),
        phone: Set(new.phone),
        avatar_url: Set(None),
        password_hash: Set(password_hash),
        role: Set(role),
        is_verified: Set(is_verified),
        is_active: Set(true),
        joined_at: Set(tx.now()),
        last_log_in_at: Set(None),
        erased_at: Set(None),
        test_clock_id: Set(None),
        locale: Set(new.locale),
        version: Set(1),
        updated_at: Set(tx.now()),
    };
    row.insert(tx.db()).await.map_err(name_taken)
}

/// Writes changed columns, and counts the change.
pub(super) async fn update(
    tx: &Tx,
    before: &user::Model,
    mut changes: user::ActiveModel,
) -> Result<user::Model> {
    changes.id = sea_orm::ActiveValue::Unchanged(before.id);
    changes.version = Set(before.version + 1);
    changes.updated_at = Set(tx.now());
    changes.update(tx.db()).await.map_err(name_taken)
}

/// The row, locked until the transaction ends.
pub(super) async fn lock(tx: &Tx, id: UserId) -> Result<user::Model> {
    user::Entity::find_by_id(id)
        .lock_exclusive()
        .one(tx.db())
        .await?
        .ok_or(Error::NotFound("user"))
}

/// Refuses to change a person of whom nothing is left.
pub(super) fn refuse_erased(user: &user::Model) -> Result<()> {
    if user.erased_at.is_none() {
        return Ok(());
    }
    Err(Error::refused(
        Code::InvalidState,
        "This user is erased; there is nothing left to change.",
    ))
}

fn name_taken(error: DbErr) -> Error {
    if violates(&error, "users", &["username_key"]) {
        return Error::invalid("username", Code::Taken, "Somebody has this name already.");
    }
    if violates(&error, "users", &["email_key"]) {
        return Error::invalid(
            "email",
            Code::Taken,
            "There is an account with this address already; log in.",
        );
    }
    error.into()
}
