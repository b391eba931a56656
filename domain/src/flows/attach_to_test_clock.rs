//! Staff have a customer live by a test clock.

use entity::{
    id::{TestClockId, UserId},
    orders::order,
    users::{Role, user},
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect,
};

use crate::{
    base::{Access, Code, Error, Op, Result},
    test_clocks::{self, events::TestClockAttached, require_allowed},
};

/// From now on this customer lives by this clock: whatever they order, pay and get carries its time. Who lives by it
/// already stays so, and that is no error.
///
/// # Errors
/// [`Code::TestClocksOff`]; [`Code::InvalidState`] for staff, for somebody erased, and for whoever has ordered
/// something: one life has one time.
pub async fn attach_to_test_clock(
    op: &Op,
    user_id: UserId,
    clock_id: TestClockId,
) -> Result<user::Model> {
    op.require(Access::Staff)?;
    require_allowed(op)?;
    let mut tx = op.begin().await?;
    test_clocks::query::lock(&tx, clock_id).await?;
    let person = user::Entity::find_by_id(user_id)
        .lock_exclusive()
        .one(tx.db())
        .await?
        .ok_or(Error::NotFound("user"))?;
    if person.test_clock_id == Some(clock_id) {
        return Ok(person);
    }
    if person.role != Role::Customer || person.erased_at.is_some() {
        return Err(refused("Customers live by test clocks, and nobody else."));
    }
    // Every subscription begins with an order.
    let orders = order::Entity::find().filter(order::Column::UserId.eq(user_id));
    if orders.count(tx.db()).await? > 0 {
        return Err(refused(
            "This customer has ordered something already; take a new one.",
        ));
    }
    let changes = user::ActiveModel {
        id: Set(user_id),
        test_clock_id: Set(Some(clock_id)),
        version: Set(person.version + 1),
        updated_at: Set(tx.now()),
        ..Default::default()
    };
    let person = user::Entity::update(changes).exec(tx.db()).await?;
    tx.record(TestClockAttached {
        test_clock_id: clock_id,
        user_id,
    })?;
    tx.commit().await?;
    Ok(person)
}

fn refused(why: &'static str) -> Error {
    Error::refused(Code::InvalidState, why)
}
