//! A person orders a plan that is paid once.

use entity::{
    id::{OrderId, PlanId},
    orders::{LineKind, order},
    plans::BillingCycle,
};
use serde::Serialize;

use crate::{
    base::{
        Code, Error, Op, Result,
        idempotency::{self, Claim, IdempotencyKey},
    },
    orders::{self, NewLine, NewOrder},
    plans,
};

use super::settlement;

/// What a person asks for.
#[derive(Clone, Debug, Serialize)]
pub struct NewPlanOrder {
    /// Which plan.
    pub plan_id: PlanId,
    /// How many.
    pub quantity: i32,
    /// What the buyer wants to say; may be empty.
    pub notes: String,
}

/// Places the caller's order. One that costs nothing is completed at once, without a gateway.
///
/// # Errors
/// [`Code::PlanNotForSale`], [`Code::PlanRecurring`], a quantity out of bounds, or the key's own.
pub async fn create_order(op: &Op, new: NewPlanOrder, key: &str) -> Result<order::Model> {
    let user_id = op.actor().user_id().ok_or(Error::Unauthenticated)?;
    let key = IdempotencyKey::new(op, "createOrder", key, &new)?;
    let mut tx = op.begin().await?;
    if let Claim::Done(id) = idempotency::claim(&mut tx, &key).await? {
        let id: OrderId = id.parse().map_err(Error::internal)?;
        return orders::query::lock(&mut tx, id).await;
    }
    let (plan, version) = plans::query::get_for_sale(tx.db(), new.plan_id).await?;
    if version.billing_cycle != BillingCycle::OneTime {
        return Err(Error::refused(
            Code::PlanRecurring,
            "This plan is a subscription: use createSubscription.",
        ));
    }
    let line = NewLine {
        kind: LineKind::OneTimePlan,
        plan_version_id: version.id,
        subscription_id: None,
        period: None,
        description: plan.name,
        quantity: new.quantity,
        unit_price: version.price(),
    };
    let order = NewOrder {
        id: op.new_id(),
        user_id,
        notes: new.notes,
        expires_at: None,
        lines: vec![line],
    };
    let mut order = orders::place(&mut tx, order).await?;
    if order.total().is_zero() {
        order = settlement::settle_free(&mut tx, &order).await?;
    }
    idempotency::finish(&mut tx, &key, order.id.to_string()).await?;
    tx.commit().await?;
    Ok(order)
}
