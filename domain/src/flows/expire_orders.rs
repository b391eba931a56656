//! A job: orders whose time is over end. An order with an attempt that may still bring money waits for the
//! gateway's last word on it, or a person's.

use entity::{
    id::OrderId,
    orders::{OrderStatus, order},
    payments::{PaymentStatus, payment},
};
use sea_orm::{
    ColumnTrait, EntityTrait, Iterable, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};

use crate::{
    base::{Op, Result},
    orders::{self, state::is_payable},
    payments::{self, state::holds_order_open},
};

use super::close_order::{Ending, close};

/// Ends up to `most` orders, each in its own transaction; how many it were.
///
/// # Errors
/// The database does not answer.
pub async fn expire_orders(op: &Op, most: u64) -> Result<u64> {
    let open = payment::Entity::find()
        .select_only()
        .column(payment::Column::OrderId)
        .filter(
            payment::Column::Status.is_in(PaymentStatus::iter().filter(|s| holds_order_open(*s))),
        );
    let due: Vec<OrderId> = order::Entity::find()
        .select_only()
        .column(order::Column::Id)
        .filter(order::Column::Status.is_in(OrderStatus::iter().filter(|s| is_payable(*s))))
        .filter(order::Column::ExpiresAt.lte(op.now()))
        .filter(op.timeline().rows(order::Column::TestClockId))
        .filter(order::Column::Id.not_in_subquery(open.into_query()))
        .order_by_asc(order::Column::ExpiresAt)
        .limit(most)
        .into_tuple()
        .all(op.reader())
        .await?;
    let mut ended = 0;
    for id in due {
        match expire(op, id).await {
            Ok(true) => ended += 1,
            Ok(false) => {}
            Err(error) => tracing::error!(order = %id, %error, "an order could not be ended"),
        }
    }
    Ok(ended)
}

async fn expire(op: &Op, id: OrderId) -> Result<bool> {
    let mut tx = op.begin().await?;
    let order = orders::query::lock(&mut tx, id).await?;
    // Looked at again under the lock: somebody may have begun to pay, or paid.
    let attempts = payments::query::of_order(&tx, id).await?;
    let still_due = is_payable(order.status)
        && order.expires_at <= tx.now()
        && !attempts
            .iter()
            .any(|attempt| holds_order_open(attempt.status));
    if !still_due {
        return Ok(false);
    }
    close(&mut tx, &order, Ending::Expired).await?;
    tx.commit().await?;
    Ok(true)
}
