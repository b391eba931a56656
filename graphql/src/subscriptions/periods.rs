//! The periods of a subscription: those that were paid, and the next one.

use async_graphql::{Context, Object, Result};
use chrono::{DateTime, Utc};
use domain::subscriptions::outlook;
use entity::orders::order_line;

use crate::{
    base::{ask::load, scalars::Money},
    connection,
    orders::{Order, loaders::OrderById},
    plans::types::PlanVersion,
};

/// A period that was paid, or cost nothing.
#[derive(Clone, Debug)]
pub struct SubscriptionPeriod(order_line::Model);

impl From<order_line::Model> for SubscriptionPeriod {
    fn from(row: order_line::Model) -> Self {
        Self(row)
    }
}

connection!(
    SubscriptionPeriodConnection,
    SubscriptionPeriodEdge,
    SubscriptionPeriod,
    order_line::Entity,
    "A list of periods, a page at a time."
);

/// A period that was paid, or cost nothing.
#[Object]
impl SubscriptionPeriod {
    /// When it begins.
    async fn period_start(&self) -> Option<DateTime<Utc>> {
        self.0.period_start
    }

    /// When it ends (exclusive).
    async fn period_end(&self) -> Option<DateTime<Utc>> {
        self.0.period_end
    }

    /// What was paid for it, tax included.
    async fn amount(&self) -> Money {
        self.0.amount().into()
    }

    /// On which terms.
    async fn terms(&self, context: &Context<'_>) -> Result<PlanVersion> {
        PlanVersion::load(context, self.0.plan_version_id).await
    }

    /// The order that paid it.
    async fn order(&self, context: &Context<'_>) -> Result<Option<Order>> {
        let row = load::<OrderById, _>(context, self.0.order_id).await?;
        Ok(row.map(Order))
    }
}

/// The period that a subscription goes on with.
#[derive(Clone, Debug)]
pub struct NextRenewal(pub outlook::NextRenewal);

/// The period that a subscription goes on with.
#[Object]
impl NextRenewal {
    /// When it begins.
    async fn period_start(&self) -> DateTime<Utc> {
        self.0.period_start
    }

    /// When it ends (exclusive).
    async fn period_end(&self) -> DateTime<Utc> {
        self.0.period_end
    }

    /// When its order is placed, or was.
    async fn ordered_at(&self) -> DateTime<Utc> {
        self.0.ordered_at
    }

    /// Its order; `null` until it is placed. To be paid with `beginPayment`.
    async fn order(&self, context: &Context<'_>) -> Result<Option<Order>> {
        let Some(id) = self.0.order_id else {
            return Ok(None);
        };
        let row = load::<OrderById, _>(context, id).await?;
        Ok(row.map(Order))
    }

    /// What it costs, tax included: the order's total, or the price of its terms until it is ordered.
    async fn amount(&self, context: &Context<'_>) -> Result<Money> {
        let order = self.order(context).await?;
        Ok(order.map_or(self.0.price, |order| order.0.total()).into())
    }

    /// On which terms.
    async fn terms(&self, context: &Context<'_>) -> Result<PlanVersion> {
        PlanVersion::load(context, self.0.plan_version_id).await
    }
}
