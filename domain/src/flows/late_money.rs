//! Money for an order whose time was over. Where it is still right, the order is opened again and settled through
//! the one completion path; otherwise the money is the customer's, and a person decides.

use entity::{
    id::{OrderId, PlanId},
    orders::{OrderStatus, order, order_line},
    plans::plan_version,
    subscriptions::{SubscriptionStatus, subscription},
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect,
    QueryTrait,
};

use crate::{
    base::{Code, Error, Result, Tx, transition},
    plans,
};

use super::fulfil;

/// Whether money for this order settles it although its time was over: every line is still sold on the same terms,
/// nothing was ordered in its place, and nothing that it starts lives already.
///
/// # Errors
/// The database does not answer.
pub async fn may_reopen(tx: &Tx, order: &order::Model) -> Result<bool> {
    if order.status != OrderStatus::Expired {
        return Ok(false);
    }
    for line in fulfil::lines(tx, order.id).await? {
        let version = version_of(tx, &line).await?;
        let is_sold = match plans::query::get_for_sale(tx.db(), version.plan_id).await {
            Ok((_, present)) => present.id == version.id,
            Err(Error::Refused { .. }) => false,
            Err(other) => return Err(other),
        };
        if !is_sold || is_ordered_again(tx, order, version.plan_id).await? {
            return Ok(false);
        }
    }
    match check_startable(tx, order).await {
        Ok(()) => Ok(true),
        Err(Error::Refused { .. }) => Ok(false),
        Err(other) => Err(other),
    }
}

/// Opens an expired order again, and the subscriptions that waited for it; it is settled in the same transaction.
///
/// # Errors
/// [`Code::AlreadySubscribed`] or [`Code::InvalidState`] when what it starts cannot start any more.
pub async fn reopen(tx: &mut Tx, order: &order::Model, cause: &str) -> Result<order::Model> {
    check_startable(tx, order).await?;
    for row in subscriptions_of(tx, order.id).await? {
        let changes = subscription::ActiveModel {
            ended_at: Set(None),
            updated_at: Set(tx.now()),
            ..Default::default()
        };
        transition::advance(tx, &row, SubscriptionStatus::Pending, cause, changes).await?;
    }
    let changes = order::ActiveModel {
        updated_at: Set(tx.now()),
        ..Default::default()
    };
    transition::advance(tx, order, OrderStatus::Processing, cause, changes).await
}

/// What the order starts must have ended unpaid with it, and no other may live.
async fn check_startable(tx: &Tx, order: &order::Model) -> Result<()> {
    for row in subscriptions_of(tx, order.id).await? {
        if row.status != SubscriptionStatus::Expired || row.started_at.is_some() {
            return Err(Error::refused(
                Code::InvalidState,
                "The subscription of this order did not end unpaid; it cannot begin any more.",
            ));
        }
        let live = subscription::Entity::find()
            .filter(subscription::Column::UserId.eq(row.user_id))
            .filter(subscription::Column::PlanId.eq(row.plan_id))
            .filter(
                subscription::Column::Status
                    .is_not_in([SubscriptionStatus::Cancelled, SubscriptionStatus::Expired]),
            )
            .count(tx.db())
            .await?;
        if live > 0 {
            return Err(Error::refused(
                Code::AlreadySubscribed,
                "The customer has another subscription to this plan by now.",
            ));
        }
    }
    Ok(())
}

/// Whether the same person has ordered the same plan after this order, and did not call that off.
async fn is_ordered_again(tx: &Tx, order: &order::Model, plan_id: PlanId) -> Result<bool> {
    let versions = plan_version::Entity::find()
        .select_only()
        .column(plan_version::Column::Id)
        .filter(plan_version::Column::PlanId.eq(plan_id));
    let of_the_plan = order_line::Entity::find()
        .select_only()
        .column(order_line::Column::OrderId)
        .filter(order_line::Column::PlanVersionId.in_subquery(versions.into_query()));
    let others = order::Entity::find()
        .filter(order::Column::UserId.eq(order.user_id))
        .filter(order::Column::Id.ne(order.id))
        .filter(order::Column::PlacedAt.gte(order.placed_at))
        .filter(order::Column::Status.is_not_in([
            OrderStatus::Cancelled,
            OrderStatus::Expired,
            OrderStatus::Refunded,
        ]))
        .filter(order::Column::Id.in_subquery(of_the_plan.into_query()))
        .count(tx.db())
        .await?;
    Ok(others > 0)
}

async fn version_of(tx: &Tx, line: &order_line::Model) -> Result<plan_version::Model> {
    let ids = [line.plan_version_id];
    let mut versions = plans::query::versions_by_ids(tx.db(), &ids).await?;
    versions
        .remove(&line.plan_version_id)
        .ok_or(Error::NotFound("plan version"))
}

async fn subscriptions_of(tx: &Tx, id: OrderId) -> Result<Vec<subscription::Model>> {
    let lines = fulfil::lines(tx, id).await?;
    let ids = lines.iter().filter_map(|line| line.subscription_id);
    Ok(subscription::Entity::find()
        .filter(subscription::Column::Id.is_in(ids))
        .lock_exclusive()
        .all(tx.db())
        .await?)
}
