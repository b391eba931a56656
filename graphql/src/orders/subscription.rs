//! Orders, live.

use async_graphql::{Context, ID, Result, SimpleObject, Subscription};
use chrono::{DateTime, Utc};
use domain::{
    base::{Access, Op, Topic},
    orders::query,
};
use entity::{base::transition, id::OrderId, orders};
use futures_util::Stream;

use crate::base::{
    Ask,
    error::outward,
    ids,
    moves::{Follower, status},
};

use super::types::{Order, OrderStatus};

/// Orders, live.
#[derive(Default)]
pub struct OrdersSubscription;

/// One move of an order.
#[derive(SimpleObject, Clone, Debug)]
pub struct OrderStatusChange {
    /// The order as it is now, which may be further on than this move.
    order: Order,
    /// The state before the move; `null` when it was placed.
    previous_status: Option<OrderStatus>,
    /// The state after the move.
    status: OrderStatus,
    /// The order's version after the move. Each is sent once, and they only grow.
    version: i64,
    /// When it moved.
    occurred_at: DateTime<Utc>,
}

#[Subscription]
impl OrdersSubscription {
    /// Each move of one order, as it happens: the caller's own, or any for staff. The latest move is sent at
    /// once, so that a client which comes late knows where the order stands.
    async fn order_status_changed(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which order.")] order_id: ID,
    ) -> Result<impl Stream<Item = Result<OrderStatusChange>> + use<>> {
        let op = context.op()?.clone();
        op.require(Access::SignedIn).map_err(outward)?;
        let id: OrderId = ids::parse(&order_id)?;
        let listener = op.app().hub.listen(Topic::Order(id));
        let asking = op.clone();
        let reading = async move { query::get(&asking, id).await };
        let order = op.app().in_turn(reading).await.map_err(outward)?;
        let follower = Follower::new(op, id.to_string(), listener, order.version);
        Ok(follower.moves(move |op, one| change(op, id, one)))
    }
}

async fn change(
    op: Op,
    id: OrderId,
    one: transition::Model,
) -> domain::base::Result<OrderStatusChange> {
    let order = query::get(&op, id).await?;
    let read = |word| status::<orders::OrderStatus>(word).map(OrderStatus::from);
    Ok(OrderStatusChange {
        order: Order(order),
        previous_status: one.from_status.as_ref().map(read).transpose()?,
        status: read(&one.to_status)?,
        version: one.version,
        occurred_at: one.at,
    })
}
