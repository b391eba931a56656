//! What must leave the house is queued in the transaction in which it happened.

use entity::{
    id::{DeliveryId, EventId},
    notify::{Consumer, DeliveryState, delivery},
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect,
};

use super::{error::Result, tx::Tx};

/// Queues a mail for each of these events: its id, kind and subject.
pub(super) async fn queue(tx: &Tx, events: &[(EventId, &'static str, &str)]) -> Result<()> {
    for (event_id, kind, subject) in events {
        let row = delivery::ActiveModel {
            id: Set(tx.op().new_id::<DeliveryId>()),
            event_id: Set(*event_id),
            consumer: Set(Consumer::Mail),
            kind: Set((*kind).to_owned()),
            subject: Set((*subject).to_owned()),
            sequence: Set(last_sequence(tx, subject).await? + 1),
            state: Set(DeliveryState::Queued),
            attempt: Set(0),
            // What waits, waits by the machine's time; that of a rehearsal goes out as its clock walks by.
            next_at: Set(tx.op().machine_now()),
            lease_until: Set(None),
            last_error: Set(None),
            created_at: Set(tx.op().machine_now()),
            finished_at: Set(None),
            trace_parent: Set(tx.op().trace().map(|trace| trace.to_string())),
            test_clock_id: Set(tx.op().timeline().clock_id()),
        };
        row.insert(tx.db()).await?;
    }
    Ok(())
}

/// Whoever says something of a thing holds its row locked, so that nobody else counts at the same time. Times
/// and ids would not do: a transaction that began earlier may write later.
async fn last_sequence(tx: &Tx, subject: &str) -> Result<i64> {
    let last: Option<i64> = delivery::Entity::find()
        .filter(delivery::Column::Subject.eq(subject))
        .filter(delivery::Column::Consumer.eq(Consumer::Mail))
        .order_by_desc(delivery::Column::Sequence)
        .select_only()
        .column(delivery::Column::Sequence)
        .limit(1)
        .into_tuple()
        .one(tx.db())
        .await?;
    Ok(last.unwrap_or_default())
}
