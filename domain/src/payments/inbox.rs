//! The inbox of authentic notices: each is stored once, however often it comes.

use entity::{
    id::{NoticeId, PaymentId},
    payments::{NoticeState, notice},
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::Expr,
};

use crate::{
    base::{Error, Op, Result, Tx, database::was_inserted},
    ports::Notice,
};

use super::events::NoticeQuarantined;

/// Stores a notice, or counts one more delivery of it; the row as it is now, locked.
///
/// # Errors
/// The database does not answer.
pub async fn store(tx: &mut Tx, received: &Notice) -> Result<notice::Model> {
    let row = notice::ActiveModel {
        id: Set(tx.op().new_id::<NoticeId>()),
        gateway: Set(received.gateway.to_owned()),
        dedupe_key: Set(received.dedupe_key.clone()),
        kind: Set(received.kind),
        merchant_trade_no: Set(received.merchant_trade_no.clone()),
        payment_id: Set(None),
        state: Set(NoticeState::Received),
        reason: Set(None),
        fields: Set(notice::Fields(received.fields.clone())),
        received_at: Set(tx.op().machine_now()),
        deliveries: Set(1),
        applied_at: Set(None),
        attempts: Set(0),
        last_error: Set(None),
    };
    let inserted = notice::Entity::insert(row)
        .on_conflict_do_nothing_on([notice::Column::Gateway, notice::Column::DedupeKey])
        .exec_without_returning(tx.db())
        .await?;
    let this_one = || {
        notice::Column::Gateway
            .eq(received.gateway)
            .and(notice::Column::DedupeKey.eq(received.dedupe_key.as_str()))
    };
    if !was_inserted(&inserted) {
        notice::Entity::update_many()
            .col_expr(
                notice::Column::Deliveries,
                Expr::col(notice::Column::Deliveries).add(1),
            )
            .filter(this_one())
            .exec(tx.db())
            .await?;
    }
    notice::Entity::find()
        .filter(this_one())
        .lock_exclusive()
        .one(tx.db())
        .await?
        .ok_or(Error::NotFound("notice"))
}

/// Marks a notice as dealt with.
///
/// # Errors
/// The database does not answer.
pub async fn close(
    tx: &mut Tx,
    id: NoticeId,
    payment_id: Option<PaymentId>,
    state: NoticeState,
    reason: &str,
) -> Result<()> {
    let row = notice::ActiveModel {
        id: Set(id),
        payment_id: Set(payment_id),
        state: Set(state),
        reason: Set(Some(reason.to_owned())),
        applied_at: Set(Some(tx.op().machine_now())),
        last_error: Set(None),
        ..Default::default()
    };
    let row = notice::Entity::update(row).exec(tx.db()).await?;
    if state == NoticeState::Quarantined {
        tracing::warn!(notice = %row.id, trade = %row.merchant_trade_no, reason, "a notice was quarantined");
        tx.record(NoticeQuarantined {
            notice_id: row.id,
            merchant_trade_no: row.merchant_trade_no,
            reason: reason.to_owned(),
        })?;
    }
    Ok(())
}

/// Leaves a notice in the inbox, because something else must come before it; it is tried again.
///
/// # Errors
/// The database does not answer.
pub async fn keep_waiting(tx: &mut Tx, id: NoticeId, reason: &str) -> Result<()> {
    notice::Entity::update_many()
        .col_expr(
            notice::Column::Attempts,
            Expr::col(notice::Column::Attempts).add(1),
        )
        .col_expr(notice::Column::Reason, Expr::value(reason))
        .filter(notice::Column::Id.eq(id))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// Remembers why a stored notice could not be applied.
///
/// # Errors
/// The database does not answer.
pub async fn note_failure(tx: &mut Tx, id: NoticeId, error: &Error) -> Result<()> {
    notice::Entity::update_many()
        .col_expr(
            notice::Column::Attempts,
            Expr::col(notice::Column::Attempts).add(1),
        )
        .col_expr(notice::Column::LastError, Expr::value(error.code()))
        .filter(notice::Column::Id.eq(id))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// The stored notices that still wait to be applied, oldest first.
///
/// # Errors
/// The database does not answer.
pub async fn waiting(op: &Op, most: u64) -> Result<Vec<notice::Model>> {
    Ok(notice::Entity::find()
        .filter(notice::Column::State.eq(NoticeState::Received))
        .order_by_asc(notice::Column::Attempts)
        .order_by_asc(notice::Column::ReceivedAt)
        .limit(most)
        .all(op.reader())
        .await?)
}
