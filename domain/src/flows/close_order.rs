//! A step: an order ends unpaid, and what waited for it ends with it.

use entity::{
    orders::{LineKind, OrderStatus, order},
    subscriptions::{SubscriptionStatus, plan_change, renewal, subscription},
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QuerySelect, sea_query::Expr,
};

use crate::{
    base::{Result, Tx, transition},
    subscriptions::events::CreditCause,
};

use super::{
    customer_credit::{move_by, negative},
    fulfil,
};

/// How an order ends unpaid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Somebody called it off.
    Cancelled,
    /// Its time was over.
    Expired,
}

/// Ends an order that the caller holds locked, and its pending subscriptions. Credit that it had taken is given back.
///
/// # Errors
/// [`crate::base::Code::InvalidState`] for an order that is settled or ended already.
pub async fn close(tx: &mut Tx, order: &order::Model, ending: Ending) -> Result<order::Model> {
    let now = tx.now();
    let (order_to, subscription_to, cause) = match ending {
        Ending::Cancelled => (
            OrderStatus::Cancelled,
            SubscriptionStatus::Cancelled,
            "cancel_order",
        ),
        Ending::Expired => (
            OrderStatus::Expired,
            SubscriptionStatus::Expired,
            "expire_orders",
        ),
    };
    let changes = order::ActiveModel {
        cancelled_at: Set((ending == Ending::Cancelled).then_some(now)),
        updated_at: Set(now),
        ..Default::default()
    };
    let closed = transition::advance(tx, order, order_to, cause, changes).await?;
    renewal::Entity::update_many()
        .col_expr(renewal::Column::ClosedAt, Expr::value(now))
        .filter(renewal::Column::OrderId.eq(order.id))
        .exec(tx.db())
        .await?;
    plan_change::Entity::update_many()
        .col_expr(plan_change::Column::ClosedAt, Expr::value(now))
        .filter(plan_change::Column::OrderId.eq(order.id))
        .exec(tx.db())
        .await?;
    for line in fulfil::lines(tx, order.id).await? {
        let Some(id) = line.subscription_id else {
            continue;
        };
        if line.kind == LineKind::CreditUsed {
            let back = negative(line.amount());
            move_by(tx, id, order.id, back, CreditCause::GivenBack).await?;
        }
        let waiting = subscription::Entity::find_by_id(id)
            .lock_exclusive()
            .one(tx.db())
            .await?
            .filter(|row| row.status == SubscriptionStatus::Pending);
        if let Some(row) = waiting {
            let changes = subscription::ActiveModel {
                cancelled_at: Set((ending == Ending::Cancelled).then_some(now)),
                ended_at: Set(Some(now)),
                updated_at: Set(now),
                ..Default::default()
            };
            transition::advance(tx, &row, subscription_to, cause, changes).await?;
        }
    }
    Ok(closed)
}
