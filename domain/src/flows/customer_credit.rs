//! Steps: what is kept for a subscription's next orders goes up and down, and nowhere else.
//!
//! A ledger books here what it calls customer credit. Credit is never paid out by itself.

use entity::{
    id::{OrderId, PlanVersionId, SubscriptionId},
    money::Money,
    orders::LineKind,
    subscriptions::subscription,
};
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, QueryFilter, sea_query::Expr};

use crate::{
    base::{Result, Tx},
    orders::NewLine,
    subscriptions::events::{CreditCause, SubscriptionCreditChanged},
};

/// Moves the credit of a subscription by `change`, for a reason that an order gave. The database refuses to let it fall
/// below nothing.
///
/// # Errors
/// More was taken than there is: a defect.
pub(super) async fn move_by(
    tx: &mut Tx,
    id: SubscriptionId,
    order_id: OrderId,
    change: Money,
    cause: CreditCause,
) -> Result<()> {
    if change.is_zero() {
        return Ok(());
    }
    let column = subscription::Column::CreditMinor;
    subscription::Entity::update_many()
        .col_expr(column, Expr::col(column).add(change.minor))
        .col_expr(subscription::Column::UpdatedAt, Expr::value(tx.now()))
        .filter(subscription::Column::Id.eq(id))
        .exec(tx.db())
        .await?;
    tx.record(SubscriptionCreditChanged {
        subscription_id: id,
        order_id,
        change,
        cause,
    })
}

/// The line that uses credit in an order.
pub(super) fn used(id: SubscriptionId, terms: PlanVersionId, amount: Money) -> NewLine {
    NewLine {
        kind: LineKind::CreditUsed,
        plan_version_id: terms,
        subscription_id: Some(id),
        period: None,
        description: "Credit".to_owned(),
        quantity: 1,
        unit_price: negative(amount),
    }
}

/// The same amount, given back. Amounts of lines are bounded, so that none is too large for it.
pub(super) const fn negative(amount: Money) -> Money {
    Money::new(amount.minor.saturating_neg(), amount.currency)
}
