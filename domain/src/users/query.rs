//! Reading people. Every question begins with who asks.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::{
    id::{TestClockId, UserId},
    users::{Role, user},
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, QueryFilter, Select,
    sea_query::{Expr, Func, LikeExpr},
};

use crate::base::{
    Access, Actor, Error, Op, Result, Tx,
    page::{Direction, Sort, SortKey},
    validate,
};

/// The people that this actor may see: all for staff and the parts of Fabrica, oneself for a customer,
/// nobody for nobody.
#[must_use]
pub fn visible_to(actor: &Actor) -> Select<user::Entity> {
    let all = user::Entity::find();
    if actor.may(Access::Staff) {
        return all;
    }
    match actor.user_id() {
        Some(id) => all.filter(user::Column::Id.eq(id)),
        None => all.filter(Expr::value(false)),
    }
}

/// Those of them who live by this test clock.
#[must_use]
pub fn living_by(actor: &Actor, clock: TestClockId) -> Select<user::Entity> {
    visible_to(actor).filter(user::Column::TestClockId.eq(clock))
}

/// The person with this id, if there is one and the caller may see them.
///
/// # Errors
/// The database does not answer.
pub async fn find(op: &Op, id: UserId) -> Result<Option<user::Model>> {
    Ok(visible_to(op.actor())
        .filter(user::Column::Id.eq(id))
        .one(op.reader())
        .await?)
}

/// The person with this id.
///
/// # Errors
/// [`Error::NotFound`] when there is none that the caller may see.
pub async fn get(op: &Op, id: UserId) -> Result<user::Model> {
    find(op, id).await?.ok_or(Error::NotFound("user"))
}

/// The row of a person whom the caller has a right to act for, as this transaction sees it.
///
/// # Errors
/// [`Error::NotFound`] when there is none.
pub async fn row(tx: &Tx, id: UserId) -> Result<user::Model> {
    let row = user::Entity::find_by_id(id).one(tx.db()).await?;
    row.ok_or(Error::NotFound("user"))
}

/// Those of these people that the caller may see, in one statement.
///
/// # Errors
/// The database does not answer.
pub async fn by_ids(op: &Op, ids: &[UserId]) -> Result<HashMap<UserId, user::Model>> {
    let rows = visible_to(op.actor())
        .filter(user::Column::Id.is_in(ids.iter().copied()))
        .all(op.reader())
        .await?;
    Ok(rows.into_iter().map(|user| (user.id, user)).collect())
}

/// Which people a list is about.
#[derive(Clone, Debug, Default)]
pub struct UserFilter {
    /// A part of the user name, the address, or a name, in any case.
    pub search: Option<String>,
    /// With this role.
    pub role: Option<Role>,
    /// Open, or closed.
    pub is_active: Option<bool>,
    /// With a verified address, or without.
    pub is_verified: Option<bool>,
    /// Who joined at this instant or later.
    pub joined_from: Option<DateTime<Utc>>,
    /// Who joined before this instant.
    pub joined_before: Option<DateTime<Utc>>,
}

/// The list of people, for staff.
///
/// # Errors
/// Whoever is not staff; a search text that is too long.
pub fn staff_list(op: &Op, filter: &UserFilter) -> Result<Select<user::Entity>> {
    op.require(Access::Staff)?;
    let mut list = visible_to(op.actor());
    if let Some(search) = &filter.search {
        let search = validate::text("filter.search", search, 0, 100)?;
        list = list.filter(contains(&search));
    }
    if let Some(role) = filter.role {
        list = list.filter(user::Column::Role.eq(role));
    }
    if let Some(is_active) = filter.is_active {
        list = list.filter(user::Column::IsActive.eq(is_active));
    }
    if let Some(is_verified) = filter.is_verified {
        list = list.filter(user::Column::IsVerified.eq(is_verified));
    }
    if let Some(from) = filter.joined_from {
        list = list.filter(user::Column::JoinedAt.gte(from));
    }
    if let Some(before) = filter.joined_before {
        list = list.filter(user::Column::JoinedAt.lt(before));
    }
    Ok(list)
}

/// The text as it stands, anywhere: `%` and `_` mean themselves.
fn contains(search: &str) -> Condition {
    let mut pattern = String::from("%");
    for c in search.to_lowercase().chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    let like = || LikeExpr::new(pattern.clone()).escape('\\');
    let lower = |column: user::Column| Expr::expr(Func::lower(Expr::col((user::Entity, column))));
    Condition::any()
        .add(user::Column::UsernameKey.like(like()))
        .add(user::Column::EmailKey.like(like()))
        .add(lower(user::Column::FirstName).like(like()))
        .add(lower(user::Column::LastName).like(like()))
}

/// By when people joined.
#[must_use]
pub fn by_joined_at(direction: Direction) -> Sort<user::Entity> {
    Sort {
        name: "user_joined_at",
        column: user::Column::JoinedAt,
        id_column: user::Column::Id,
        direction,
        key: |user| SortKey::Time(user.joined_at),
        id: |user| user.id.0,
    }
}

/// By user name, whatever the case.
#[must_use]
pub fn by_username(direction: Direction) -> Sort<user::Entity> {
    Sort {
        name: "user_username",
        column: user::Column::UsernameKey,
        id_column: user::Column::Id,
        direction,
        key: |user| SortKey::Text(user.username_key.clone()),
        id: |user| user.id.0,
    }
}

/// Who is meant at the log-in. Nobody has logged in yet, so nothing of the row may be shown to the caller.
pub(super) async fn find_by_identifier(op: &Op, folded: &str) -> Result<Option<user::Model>> {
    Ok(user::Entity::find()
        .filter(
            Condition::any()
                .add(user::Column::UsernameKey.eq(folded))
                .add(user::Column::EmailKey.eq(folded)),
        )
        .one(op.reader())
        .await?)
}
