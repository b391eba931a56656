//! A person calls an order off before it is paid.

use entity::{id::OrderId, orders::order};
use serde::Serialize;

use crate::{
    base::{
        Access, Op, Result,
        idempotency::{self, Claim, IdempotencyKey},
    },
    orders,
};

use super::close_order::{Ending, close};

#[derive(Serialize)]
struct Input {
    order_id: OrderId,
}

/// Cancels the caller's order (staff: anybody's), and the subscription that waited for it. Money that still
/// comes for it afterwards is kept as late, never dropped.
///
/// # Errors
/// [`crate::base::Code::InvalidState`] for an order that is paid or expired, or the key's own. One that is
/// cancelled already stays so, and that is no error.
pub async fn cancel_order(op: &Op, order_id: OrderId, key: &str) -> Result<order::Model> {
    op.require(Access::SignedIn)?;
    let key = IdempotencyKey::new(op, "cancelOrder", key, &Input { order_id })?;
    let mut tx = op.begin().await?;
    if let Claim::Done(_) = idempotency::claim(&mut tx, &key).await? {
        return orders::query::lock(&tx, order_id).await;
    }
    let order = orders::query::lock(&tx, order_id).await?;
    let order = close(&mut tx, &order, Ending::Cancelled).await?;
    idempotency::finish(&mut tx, &key, order.id.to_string()).await?;
    tx.commit().await?;
    Ok(order)
}
