//! A person calls an order off before it is paid.

use entity::{id::OrderId, orders::order, subscriptions::renewal};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::Serialize;

use crate::{
    base::{
        Access, Code, Error, Op, Result, Tx,
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
        return orders::query::lock(&mut tx, order_id).await;
    }
    let order = orders::query::lock(&mut tx, order_id).await?;
    refuse_renewal(&tx, order.id).await?;
    let order = close(&mut tx, &order, Ending::Cancelled).await?;
    idempotency::finish(&mut tx, &key, order.id.to_string()).await?;
    tx.commit().await?;
    Ok(order)
}

/// The order of a further period ends with the wish to go on, and not by itself: else the clockwork would only place it
/// again.
async fn refuse_renewal(tx: &Tx, order_id: OrderId) -> Result<()> {
    let renewal = renewal::Entity::find()
        .filter(renewal::Column::OrderId.eq(order_id))
        .filter(renewal::Column::ClosedAt.is_null())
        .one(tx.db())
        .await?;
    match renewal {
        None => Ok(()),
        Some(renewal) => Err(Error::refused(
            Code::InvalidState,
            format!(
                "This order renews {}: turn its renewal off with setAutoRenew, or cancel the subscription.",
                renewal.subscription_id
            ),
        )),
    }
}
