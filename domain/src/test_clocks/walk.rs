//! Steps of a clock on its way. Each is a compare-and-set: of two that walk the same clock, one makes the step.

use chrono::{DateTime, Utc};
use entity::base::test_clock;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};

use crate::base::{Op, Result, Timeline};

use super::events::TestClockArrived;

/// The time of a clock as this row has it.
#[must_use]
pub const fn timeline(clock: &test_clock::Model) -> Timeline {
    Timeline::TestClock {
        id: clock.id,
        shows: clock.shows,
    }
}

/// Has the clock show `to`, if it still shows what this row says. `false`: somebody else has moved it.
///
/// # Errors
/// The database does not answer.
pub async fn show(op: &Op, clock: &test_clock::Model, to: DateTime<Utc>) -> Result<bool> {
    let tx = op.begin().await?;
    let moved = test_clock::Entity::update_many()
        .col_expr(test_clock::Column::Shows, Expr::value(to))
        .filter(still(clock))
        .exec(tx.db())
        .await?;
    tx.commit().await?;
    Ok(moved.rows_affected == 1)
}

/// Has the clock stand at `goal`, if it still shows what this row says.
///
/// # Errors
/// The database does not answer.
pub async fn arrive(op: &Op, clock: &test_clock::Model, goal: DateTime<Utc>) -> Result<()> {
    let mut tx = op.begin().await?;
    let moved = test_clock::Entity::update_many()
        .col_expr(test_clock::Column::Shows, Expr::value(goal))
        .col_expr(
            test_clock::Column::MovingTo,
            Expr::value(None::<DateTime<Utc>>),
        )
        .filter(still(clock))
        .exec(tx.db())
        .await?;
    if moved.rows_affected == 1 {
        tx.record(TestClockArrived {
            test_clock_id: clock.id,
            shows: goal,
        })?;
    }
    tx.commit().await
}

fn still(clock: &test_clock::Model) -> sea_orm::Condition {
    sea_orm::Condition::all()
        .add(test_clock::Column::Id.eq(clock.id))
        .add(test_clock::Column::Shows.eq(clock.shows))
        .add(test_clock::Column::MovingTo.eq(clock.moving_to))
}
