//! Reading test clocks: for staff, and for whoever lives by one.

use std::collections::HashMap;

use entity::{
    base::test_clock,
    id::{TestClockId, UserId},
    users::user,
};
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select,
    sea_query::{Expr, SelectStatement},
};

use crate::base::{
    Access, Actor, Error, Op, Result, Tx,
    page::{Direction, Sort, SortKey},
};

/// The clocks that this actor may know of.
#[must_use]
pub fn visible_to(actor: &Actor) -> Select<test_clock::Entity> {
    let everything = test_clock::Entity::find();
    if actor.may(Access::Staff) {
        return everything;
    }
    match actor.user_id() {
        Some(id) => everything.filter(test_clock::Column::Id.in_subquery(clock_of(id))),
        None => everything.filter(Expr::value(false)),
    }
}

fn clock_of(id: UserId) -> SelectStatement {
    user::Entity::find_by_id(id)
        .select_only()
        .column(user::Column::TestClockId)
        .into_query()
}

/// The clock, if the actor may know of it.
///
/// # Errors
/// [`Error::NotFound`] otherwise.
pub async fn get(op: &Op, id: TestClockId) -> Result<test_clock::Model> {
    visible_to(op.actor())
        .filter(test_clock::Column::Id.eq(id))
        .one(op.reader())
        .await?
        .ok_or(Error::NotFound("test clock"))
}

/// Those of the ids that the actor may know of.
///
/// # Errors
/// The database does not answer.
pub async fn by_ids(
    op: &Op,
    ids: &[TestClockId],
) -> Result<HashMap<TestClockId, test_clock::Model>> {
    let rows = visible_to(op.actor())
        .filter(test_clock::Column::Id.is_in(ids.iter().copied()))
        .all(op.reader())
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// The clock, locked until the transaction ends.
///
/// # Errors
/// [`Error::NotFound`] when there is none.
pub async fn lock(tx: &Tx, id: TestClockId) -> Result<test_clock::Model> {
    test_clock::Entity::find_by_id(id)
        .lock_exclusive()
        .one(tx.db())
        .await?
        .ok_or(Error::NotFound("test clock"))
}

/// The clocks that are on their way, in the order of their making.
///
/// # Errors
/// The database does not answer.
pub async fn moving(op: &Op) -> Result<Vec<TestClockId>> {
    Ok(test_clock::Entity::find()
        .select_only()
        .column(test_clock::Column::Id)
        .filter(test_clock::Column::MovingTo.is_not_null())
        .order_by_asc(test_clock::Column::Id)
        .into_tuple()
        .all(op.reader())
        .await?)
}

/// By the day it was made.
#[must_use]
pub const fn by_creation(direction: Direction) -> Sort<test_clock::Entity> {
    Sort {
        name: "test_clocks.created_at",
        column: test_clock::Column::CreatedAt,
        id_column: test_clock::Column::Id,
        direction,
        key: |row| SortKey::Time(row.created_at),
        id: |row| row.id.0,
    }
}
