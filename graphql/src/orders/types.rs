//! An order as it is shown.

use async_graphql::{Context, Enum, ID, Object, Result};
use chrono::{DateTime, Utc};
use domain::base::Error;
use entity::orders::{order, order_line};

use crate::{
    base::{ask::load, error::outward, ids, scalars::Money},
    connection,
    invoices::{Invoice, loaders::InvoiceByOrder},
    payments::{Payment, loaders::PaymentsByOrder, types::PaymentMethod},
    subscriptions::{PlanSubscription, loaders::SubscriptionById},
    users::{User, loaders::UserById},
};

use super::loaders::LinesByOrder;

/// Where an order stands.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "entity::orders::OrderStatus")]
pub enum OrderStatus {
    /// Placed; nobody has begun to pay.
    Pending,
    /// The shopper is at the gateway.
    Processing,
    /// A code to pay with was issued; the money is awaited.
    AwaitingPayment,
    /// The money is there.
    Paid,
    /// Paid, and everything in it was delivered.
    Completed,
    /// The last attempt to pay failed; another can be made.
    Failed,
    /// Called off before it was paid.
    Cancelled,
    /// Not paid in time.
    Expired,
    /// The money went back.
    Refunded,
}

/// What a line sells.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "entity::orders::LineKind")]
pub enum OrderLineKind {
    /// One period of a subscription.
    SubscriptionPeriod,
    /// A plan that is paid once.
    OneTimePlan,
    /// The rest of a period on another plan.
    SubscriptionChange,
    /// What was paid for time that is not used any more; negative.
    UnusedTime,
    /// What is kept for the subscription's next orders.
    CreditKept,
    /// What was kept, and is used now; negative.
    CreditUsed,
}

/// An order: the way in for everything that is sold.
#[derive(Clone, Debug)]
pub struct Order(pub order::Model);

impl From<order::Model> for Order {
    fn from(row: order::Model) -> Self {
        Self(row)
    }
}

connection!(
    OrderConnection,
    OrderEdge,
    Order,
    order::Entity,
    "A list of orders, a page at a time."
);

/// An order: the way in for everything that is sold.
#[Object]
impl Order {
    /// The id, `ord_…`.
    pub(crate) async fn id(&self) -> ID {
        ids::write(self.0.id)
    }

    /// The number for people, such as `ORD-20261120-7K2M9Q`.
    async fn number(&self) -> &str {
        &self.0.number
    }

    /// Whose it is.
    async fn user(&self, context: &Context<'_>) -> Result<User> {
        let row = load::<UserById, _>(context, self.0.user_id).await?;
        row.map(User)
            .ok_or_else(|| outward(Error::NotFound("user")))
    }

    /// Where it stands.
    async fn status(&self) -> OrderStatus {
        self.0.status.into()
    }

    /// What was ordered, in order.
    async fn lines(&self, context: &Context<'_>) -> Result<Vec<OrderLine>> {
        let lines = load::<LinesByOrder, _>(context, self.0.id).await?;
        Ok(lines
            .unwrap_or_default()
            .into_iter()
            .map(OrderLine)
            .collect())
    }

    /// What is to be paid, tax included.
    async fn total(&self) -> Money {
        self.0.total().into()
    }

    /// How it was, or is being, paid; `null` before anybody began to.
    async fn payment_method(&self) -> Option<PaymentMethod> {
        self.0.payment_method.map(Into::into)
    }

    /// The gateway's number of the payment that settled it, or of the latest attempt that has one.
    async fn gateway_trade_no(&self, context: &Context<'_>) -> Result<Option<String>> {
        let attempts = load::<PaymentsByOrder, _>(context, self.0.id).await?;
        let attempts = attempts.unwrap_or_default();
        let settled = attempts
            .iter()
            .find(|attempt| attempt.status == entity::payments::PaymentStatus::Paid);
        Ok(settled
            .or_else(|| {
                attempts
                    .iter()
                    .rev()
                    .find(|attempt| attempt.gateway_trade_no.is_some())
            })
            .and_then(|attempt| attempt.gateway_trade_no.clone()))
    }

    /// Every attempt to pay it, oldest first.
    async fn payments(&self, context: &Context<'_>) -> Result<Vec<Payment>> {
        let attempts = load::<PaymentsByOrder, _>(context, self.0.id).await?;
        Ok(attempts
            .unwrap_or_default()
            .into_iter()
            .map(Payment)
            .collect())
    }

    /// The invoice; `null` until it is paid, and for an order that cost nothing.
    async fn invoice(&self, context: &Context<'_>) -> Result<Option<Invoice>> {
        let invoice = load::<InvoiceByOrder, _>(context, self.0.id).await?;
        Ok(invoice.map(Invoice))
    }

    /// What the buyer wrote; may be empty.
    async fn notes(&self) -> &str {
        &self.0.notes
    }

    /// When it was placed.
    async fn placed_at(&self) -> DateTime<Utc> {
        self.0.placed_at
    }

    /// Until when it can be paid.
    async fn expires_at(&self) -> DateTime<Utc> {
        self.0.expires_at
    }

    /// When the money came.
    async fn paid_at(&self) -> Option<DateTime<Utc>> {
        self.0.paid_at
    }

    /// When it was called off.
    async fn cancelled_at(&self) -> Option<DateTime<Utc>> {
        self.0.cancelled_at
    }

    /// How often it moved, its placing included; only ever grows.
    async fn version(&self) -> i64 {
        self.0.version
    }
}

/// A line of an order.
#[derive(Clone, Debug)]
pub struct OrderLine(pub order_line::Model);

/// A line of an order.
#[Object]
impl OrderLine {
    /// The id, `oln_…`.
    async fn id(&self) -> ID {
        ids::write(self.0.id)
    }

    /// What it sells.
    async fn kind(&self) -> OrderLineKind {
        self.0.kind.into()
    }

    /// What it says on the invoice.
    async fn description(&self) -> &str {
        &self.0.description
    }

    /// How many.
    async fn quantity(&self) -> i32 {
        self.0.quantity
    }

    /// The price of one, tax included; negative for what is given back.
    async fn unit_price(&self) -> Money {
        self.0.unit_price().into()
    }

    /// Quantity times price.
    async fn amount(&self) -> Money {
        self.0.amount().into()
    }

    /// The subscription that it starts; `null` for a plan that is paid once.
    async fn subscription(&self, context: &Context<'_>) -> Result<Option<PlanSubscription>> {
        let Some(id) = self.0.subscription_id else {
            return Ok(None);
        };
        let row = load::<SubscriptionById, _>(context, id).await?;
        Ok(row.map(PlanSubscription))
    }

    /// When the period it pays begins; known once it is paid.
    async fn period_start(&self) -> Option<DateTime<Utc>> {
        self.0.period_start
    }

    /// When that period ends (exclusive).
    async fn period_end(&self) -> Option<DateTime<Utc>> {
        self.0.period_end
    }
}
