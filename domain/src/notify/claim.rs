//! Taking the next delivery.

use chrono::{DateTime, Duration, Utc};
use entity::{
    base::{event, test_clock},
    notify::{Consumer, DeliveryState, delivery},
};
use sea_orm::{
    ActiveEnum, ColumnTrait, Condition, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait, Select,
    sea_query::{Expr, Query, SelectStatement},
};

use crate::base::{Error, Op, Result, Timeline, database::lock_free_rows};

/// How long one delivery may take; after this another worker takes it again.
const LEASE: Duration = Duration::minutes(2);

/// A delivery that is ours until its lease ends.
#[derive(Clone, Debug)]
pub struct Claimed {
    /// The delivery, this attempt counted.
    pub delivery: delivery::Model,
    /// What happened.
    pub event: event::Model,
}

/// Takes the delivery whose turn it is: due, in nobody's hands, and with none before it about the same thing.
/// `None` when there is none. It is ours for two minutes.
///
/// On a test clock's timeline these are the deliveries of that clock. On the machine's they are all others, those
/// of clocks that stand among them: what belongs to a clock on its way is delivered by whoever walks it, at the
/// instant at which it happened.
///
/// # Errors
/// The database does not answer.
pub async fn claim(op: &Op, consumer: Consumer) -> Result<Option<Claimed>> {
    let tx = op.begin().await?;
    let now = op.machine_now();
    let due = whose_turn_it_is(op, consumer)
        .filter(in_nobody_s_hands(now))
        .order_by_asc(delivery::Column::NextAt)
        .order_by_asc(delivery::Column::Id)
        .limit(1);
    let Some(found) = lock_free_rows(due).one(tx.db()).await? else {
        return Ok(None);
    };
    // Compared with what was read: the lock only saves work.
    let taken = delivery::Entity::update_many()
        .col_expr(delivery::Column::Attempt, Expr::value(found.attempt + 1))
        .col_expr(delivery::Column::LeaseUntil, Expr::value(now + LEASE))
        .filter(delivery::Column::Id.eq(found.id))
        .filter(delivery::Column::Attempt.eq(found.attempt))
        .filter(delivery::Column::State.eq(DeliveryState::Queued))
        .exec(tx.db())
        .await?;
    if taken.rows_affected == 0 {
        return Ok(None);
    }
    let event = event::Entity::find_by_id(found.event_id)
        .one(tx.db())
        .await?
        .ok_or(Error::NotFound("event"))?;
    let delivery = delivery::Model {
        attempt: found.attempt + 1,
        lease_until: Some(now + LEASE),
        ..found
    };
    tx.commit().await?;
    Ok(Some(Claimed { delivery, event }))
}

/// Whether a delivery of this timeline is to be made now, or is being made by somebody.
///
/// # Errors
/// The database does not answer.
pub async fn is_waiting(op: &Op, consumer: Consumer) -> Result<bool> {
    let waiting = whose_turn_it_is(op, consumer).count(op.reader()).await?;
    Ok(waiting > 0)
}

/// The deliveries of this timeline that are due and have none before them, in whosever hands they are.
fn whose_turn_it_is(op: &Op, consumer: Consumer) -> Select<delivery::Entity> {
    delivery::Entity::find()
        .filter(delivery::Column::Consumer.eq(consumer))
        .filter(delivery::Column::State.eq(DeliveryState::Queued))
        .filter(delivery::Column::NextAt.lte(op.machine_now()))
        .filter(of_timeline(op.timeline()))
        .filter(Expr::exists(one_before()).not())
}

fn of_timeline(timeline: Timeline) -> Condition {
    use delivery::Column::TestClockId;
    let on_their_way = || {
        test_clock::Entity::find()
            .select_only()
            .column(test_clock::Column::Id)
            .filter(test_clock::Column::MovingTo.is_not_null())
            .into_query()
    };
    match timeline {
        Timeline::Machine => Condition::any()
            .add(TestClockId.is_null())
            .add(TestClockId.not_in_subquery(on_their_way())),
        Timeline::TestClock { id, .. } => Condition::all().add(TestClockId.eq(id)),
    }
}

fn in_nobody_s_hands(now: DateTime<Utc>) -> Condition {
    Condition::any()
        .add(delivery::Column::LeaseUntil.is_null())
        .add(delivery::Column::LeaseUntil.lte(now))
}

/// A delivery to the same consumer about the same thing that comes before, and is not over.
fn one_before() -> SelectStatement {
    use delivery::Column::{Consumer, Id, Sequence, State, Subject};
    const BEFORE: &str = "before";
    let theirs = |column: delivery::Column| Expr::col((BEFORE, column));
    let ours = |column: delivery::Column| Expr::col((delivery::Entity, column));
    Query::select()
        .expr(Expr::value(1))
        .from_as(delivery::Entity, BEFORE)
        .and_where(theirs(Subject).eq(ours(Subject)))
        .and_where(theirs(Consumer).eq(ours(Consumer)))
        .and_where(theirs(State).eq(DeliveryState::Queued.to_value()))
        .cond_where(
            Condition::any()
                .add(theirs(Sequence).lt(ours(Sequence)))
                .add(
                    theirs(Sequence)
                        .eq(ours(Sequence))
                        .and(theirs(Id).lt(ours(Id))),
                ),
        )
        .to_owned()
}
