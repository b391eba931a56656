//! Orders, live. Listen first, read afterwards, then send each move once, in order: nothing is missed, whatever
//! happens in between, because moves are read from their log and pokes only say when to look.

use std::{collections::VecDeque, time::Duration};

use async_graphql::{Context, ID, Result, SimpleObject, Subscription};
use chrono::{DateTime, Utc};
use domain::{
    base::{Access, Op, Topic, hub::Listener},
    orders::query,
};
use entity::{base::transition, id::OrderId};
use futures_util::{Stream, stream};
use sea_orm::ActiveEnum;

use crate::base::{Ask, error::outward, ids};

use super::types::{Order, OrderStatus};

/// How often the log is read without a poke: other processes may write to a shared database, and their pokes
/// do not reach this one.
const POLL_SHARED: Duration = Duration::from_secs(5);
const POLL_ALONE: Duration = Duration::from_secs(60);

/// A follower who is further behind than this is told where the order stands, and not each step there: a busy
/// order must not pile up for a client that reads slowly.
const MOST_MOVES: usize = 10;

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
        let order = query::get(&op, id).await.map_err(outward)?;
        let follower = Follower {
            poll: match op.app().database.is_shared() {
                true => POLL_SHARED,
                false => POLL_ALONE,
            },
            op,
            id,
            listener,
            sent: order.version - 1,
            waiting: VecDeque::new(),
            woken: true,
        };
        Ok(stream::unfold(follower, |mut follower| async move {
            let change = follower.next().await;
            Some((change, follower))
        }))
    }
}

struct Follower {
    op: Op,
    id: OrderId,
    listener: Listener,
    poll: Duration,
    /// The last version that was sent.
    sent: i64,
    waiting: VecDeque<OrderStatusChange>,
    /// Whether the log is to be read before anything is waited for.
    woken: bool,
}

impl Follower {
    async fn next(&mut self) -> Result<OrderStatusChange> {
        loop {
            if let Some(change) = self.waiting.pop_front() {
                self.sent = change.version;
                return Ok(change);
            }
            if !self.woken {
                tokio::select! {
                    () = self.listener.poked() => {}
                    () = tokio::time::sleep(self.poll) => {}
                }
            }
            self.woken = false;
            let mut moves = query::moves_after(&self.op, self.id, self.sent)
                .await
                .map_err(outward)?;
            if moves.is_empty() {
                continue;
            }
            if moves.len() > MOST_MOVES {
                moves.drain(..moves.len() - 1);
            }
            let order = query::get(&self.op, self.id).await.map_err(outward)?;
            for one in moves {
                self.waiting.push_back(change(&order, &one)?);
            }
        }
    }
}

fn change(
    order: &entity::orders::order::Model,
    one: &transition::Model,
) -> Result<OrderStatusChange> {
    let read = |text: &String| {
        entity::orders::OrderStatus::try_from_value(text)
            .map(OrderStatus::from)
            .map_err(|error| outward(domain::base::Error::internal(error)))
    };
    Ok(OrderStatusChange {
        order: Order(order.clone()),
        previous_status: one.from_status.as_ref().map(read).transpose()?,
        status: read(&one.to_status)?,
        version: one.version,
        occurred_at: one.at,
    })
}
