//! What became of an attempt to deliver.

use chrono::{DateTime, Utc};
use entity::notify::{DeliveryState, delivery};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};

use crate::base::{Op, Result};

use super::schedule;

/// It was handed over. Holds even when the lease has ended meanwhile: what was sent was sent.
///
/// # Errors
/// The database does not answer; then it will be delivered again.
pub async fn done(op: &Op, delivery: &delivery::Model) -> Result<()> {
    let row = over(DeliveryState::Done, op.machine_now(), None);
    write(op, delivery, row, Holder::Anybody).await
}

/// There was nothing to say any more, and why. No names, no addresses.
///
/// # Errors
/// The database does not answer.
pub async fn skipped(op: &Op, delivery: &delivery::Model, reason: &str) -> Result<()> {
    let row = over(DeliveryState::Skipped, op.machine_now(), Some(reason));
    write(op, delivery, row, Holder::Us).await
}

/// It will never be taken, and why: a dead letter at once. No names, no addresses.
///
/// # Errors
/// The database does not answer.
pub async fn refused(op: &Op, delivery: &delivery::Model, reason: &str) -> Result<()> {
    tracing::warn!(delivery = %delivery.id, reason, "a delivery was refused for good");
    let row = over(DeliveryState::Dead, op.machine_now(), Some(reason));
    write(op, delivery, row, Holder::Us).await
}

/// It did not work this time, and why: it is tried again later, or given up after the last attempt. No names,
/// no addresses.
///
/// # Errors
/// The database does not answer.
pub async fn failed(op: &Op, delivery: &delivery::Model, reason: &str) -> Result<()> {
    let wait = schedule::wait_after(delivery.attempt, op.app().entropy.as_ref());
    let Some(wait) = wait else {
        tracing::error!(delivery = %delivery.id, reason, "a delivery was given up");
        let row = over(DeliveryState::Dead, op.machine_now(), Some(reason));
        return write(op, delivery, row, Holder::Us).await;
    };
    tracing::warn!(delivery = %delivery.id, attempt = delivery.attempt, reason, "a delivery must wait");
    let row = delivery::ActiveModel {
        state: Set(DeliveryState::Queued),
        next_at: Set(op.machine_now() + wait),
        lease_until: Set(None),
        last_error: Set(Some(cut(reason))),
        ..Default::default()
    };
    write(op, delivery, row, Holder::Us).await
}

/// Who may say so.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Holder {
    Us,
    Anybody,
}

fn over(state: DeliveryState, now: DateTime<Utc>, reason: Option<&str>) -> delivery::ActiveModel {
    delivery::ActiveModel {
        state: Set(state),
        lease_until: Set(None),
        finished_at: Set(Some(now)),
        last_error: Set(reason.map(cut)),
        ..Default::default()
    }
}

fn cut(reason: &str) -> String {
    reason.chars().take(200).collect()
}

async fn write(
    op: &Op,
    delivery: &delivery::Model,
    row: delivery::ActiveModel,
    holder: Holder,
) -> Result<()> {
    let tx = op.begin().await?;
    let mut update = delivery::Entity::update_many()
        .set(row)
        .filter(delivery::Column::Id.eq(delivery.id))
        .filter(delivery::Column::State.eq(DeliveryState::Queued));
    if holder == Holder::Us {
        // Another worker has it when the lease ran out; then it is theirs to say.
        update = update.filter(delivery::Column::Attempt.eq(delivery.attempt));
    }
    update.exec(tx.db()).await?;
    tx.commit().await
}
