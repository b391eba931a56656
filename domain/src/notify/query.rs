//! Reading the outbox.

use chrono::{DateTime, Duration, Utc};
use entity::{
    id::DeliveryId,
    notify::{DeliveryState, delivery},
};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect, Select};

use crate::base::{
    Access, Actor, Error, Op, Result,
    page::{Direction, Sort, SortKey},
};

/// The deliveries that this actor may see: staff see all, everybody else none.
#[must_use]
pub fn visible_to(actor: &Actor) -> Select<delivery::Entity> {
    let everything = delivery::Entity::find();
    if actor.may(Access::Staff) {
        return everything;
    }
    everything.filter(delivery::Column::Id.is_null())
}

/// The delivery, if the actor may know of it.
///
/// # Errors
/// [`Error::NotFound`] otherwise.
pub async fn get(op: &Op, id: DeliveryId) -> Result<delivery::Model> {
    visible_to(op.actor())
        .filter(delivery::Column::Id.eq(id))
        .one(op.reader())
        .await?
        .ok_or(Error::NotFound("delivery"))
}

/// Which deliveries are asked for; `None` asks for all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeliveryFilter {
    /// Those that stand so.
    pub state: Option<DeliveryState>,
    /// Those of this kind of event.
    pub kind: Option<String>,
    /// Those about the thing with this public id.
    pub subject: Option<String>,
}

/// The deliveries that are asked for, for staff.
///
/// # Errors
/// Whoever is not staff.
pub fn staff_list(op: &Op, filter: &DeliveryFilter) -> Result<Select<delivery::Entity>> {
    op.require(Access::Staff)?;
    let mut list = visible_to(op.actor());
    if let Some(state) = filter.state {
        list = list.filter(delivery::Column::State.eq(state));
    }
    if let Some(kind) = &filter.kind {
        list = list.filter(delivery::Column::Kind.eq(kind.as_str()));
    }
    if let Some(subject) = &filter.subject {
        list = list.filter(delivery::Column::Subject.eq(subject.as_str()));
    }
    Ok(list)
}

/// How far behind the outbox is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backlog {
    /// For how long the delivery that waits longest has been due.
    pub lag: Duration,
    /// How many will not be tried any more, until a person has seen to them.
    pub dead: u64,
}

/// How far behind the outbox is, for the figures.
///
/// # Errors
/// The database does not answer.
pub async fn backlog(op: &Op) -> Result<Backlog> {
    let oldest: Option<Option<DateTime<Utc>>> = delivery::Entity::find()
        .filter(delivery::Column::State.eq(DeliveryState::Queued))
        .select_only()
        .column_as(delivery::Column::NextAt.min(), "oldest")
        .into_tuple()
        .one(op.reader())
        .await?;
    let dead = delivery::Entity::find().filter(delivery::Column::State.eq(DeliveryState::Dead));
    let lag = oldest.flatten().map(|due| op.machine_now() - due);
    Ok(Backlog {
        lag: lag.unwrap_or_default().max(Duration::zero()),
        dead: dead.count(op.reader()).await?,
    })
}

/// Newest first, the only sorting of the outbox.
#[must_use]
pub fn newest_first() -> Sort<delivery::Entity> {
    Sort {
        name: "outbox.created_at",
        column: delivery::Column::CreatedAt,
        id_column: delivery::Column::Id,
        direction: Direction::Descending,
        key: |row| SortKey::Time(row.created_at),
        id: |row| row.id.0,
    }
}
