//! What can be done with orders.

use async_graphql::{Context, Object, Result, SimpleObject};
use domain::flows::{self, NewPlanOrder};

use crate::base::{Ask, UserError, error::for_payload, idempotency, ids};

use super::{
    inputs::{CancelOrderInput, CreateOrderInput},
    types::Order,
};

/// Work on orders.
#[derive(Default)]
pub struct OrdersMutation;

/// What became of `createOrder`.
#[derive(SimpleObject)]
pub struct CreateOrderPayload {
    /// The order; `null` when there are errors.
    order: Option<Order>,
    /// What the caller must mend; empty when it was done.
    errors: Vec<UserError>,
}

/// What became of `cancelOrder`.
#[derive(SimpleObject)]
pub struct CancelOrderPayload {
    /// The order as it is now; `null` when there are errors.
    order: Option<Order>,
    /// What the caller must mend; empty when it was done.
    errors: Vec<UserError>,
}

#[Object]
impl OrdersMutation {
    /// Orders a plan that is paid once. One that costs nothing is completed at once; for all others `beginPayment`
    /// comes next.
    async fn create_order(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What is ordered.")] input: CreateOrderInput,
    ) -> Result<CreateOrderPayload> {
        let new = NewPlanOrder {
            plan_id: ids::parse(&input.plan_id)?,
            quantity: input.quantity,
            notes: input.notes.unwrap_or_default(),
        };
        let key = idempotency::key(context, &input.idempotency_key);
        let made = flows::create_order(context.op()?, new, key).await;
        let (order, errors) = for_payload(made)?;
        Ok(CreateOrderPayload {
            order: order.map(Order),
            errors,
        })
    }

    /// Calls an order off before it is paid, and the subscription that waits for it.
    async fn cancel_order(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which order.")] input: CancelOrderInput,
    ) -> Result<CancelOrderPayload> {
        let id = ids::parse(&input.order_id)?;
        let key = idempotency::key(context, &input.idempotency_key);
        let done = flows::cancel_order(context.op()?, id, key).await;
        let (order, errors) = for_payload(done)?;
        Ok(CancelOrderPayload {
            order: order.map(Order),
            errors,
        })
    }
}
