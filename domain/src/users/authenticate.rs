//! From an access token to who is asking.

use entity::{
    id::TestClockId,
    users::{Role, session, user},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use crate::{
    base::{Actor, App, Error, Result},
    ports::AccessClaims,
};

/// Who is asking, by a genuine access token, when the session still lives and the person may still come in.
///
/// One statement, at every request: the role is the database's and not the token's, so that a log-out, a
/// closed account or a new role holds at once.
///
/// # Errors
/// [`Error::Unauthenticated`], whatever the reason.
pub async fn authenticate(app: &App, claims: &AccessClaims) -> Result<Actor> {
    Ok(recognise(app, claims).await?.0)
}

/// As [`authenticate`], and by which clock the person lives.
///
/// # Errors
/// [`Error::Unauthenticated`], whatever the reason.
pub async fn recognise(app: &App, claims: &AccessClaims) -> Result<(Actor, Option<TestClockId>)> {
    let found: Option<(Role, Option<TestClockId>)> = session::Entity::find_by_id(claims.session_id)
        .inner_join(user::Entity)
        .filter(session::Column::UserId.eq(claims.user_id))
        .filter(session::Column::RevokedAt.is_null())
        .filter(session::Column::ExpiresAt.gt(app.clock.now()))
        .filter(user::Column::IsActive.eq(true))
        .filter(user::Column::ErasedAt.is_null())
        .select_only()
        .column(user::Column::Role)
        .column(user::Column::TestClockId)
        .into_tuple()
        .one(app.database.reader())
        .await?;
    let (role, clock) = found.ok_or(Error::Unauthenticated)?;
    let actor = Actor::User {
        id: claims.user_id,
        role,
        session: claims.session_id,
    };
    Ok((actor, clock))
}
