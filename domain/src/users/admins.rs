//! The house is never left without an admin.

use entity::{
    id::UserId,
    users::{Role, user},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::base::{Code, Error, Result, Tx};

/// The admins who can log in, each row locked until the transaction ends.
///
/// Locking all of them is what makes the count true: of two requests that take away one admin each, the
/// second waits here, and sees what the first has done. Call it before locking any other person.
pub(super) async fn lock_admins(tx: &Tx) -> Result<Vec<UserId>> {
    let admins = user::Entity::find()
        .filter(user::Column::Role.eq(Role::Admin))
        .filter(user::Column::IsActive.eq(true))
        .filter(user::Column::ErasedAt.is_null())
        .order_by_asc(user::Column::Id)
        .lock_exclusive()
        .all(tx.db())
        .await?;
    Ok(admins.into_iter().map(|admin| admin.id).collect())
}

/// Refuses to take away the last of them.
pub(super) fn refuse_last(admins: &[UserId], leaving: UserId) -> Result<()> {
    if admins != [leaving] {
        return Ok(());
    }
    Err(Error::refused(
        Code::LastAdmin,
        "This is the last admin who can log in; make another one first.",
    ))
}
