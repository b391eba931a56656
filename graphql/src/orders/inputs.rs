//! What callers send about orders.

use async_graphql::{Enum, ID, InputObject, Result};
use chrono::{DateTime, Utc};
use domain::{
    base::page::Sort,
    orders::query::{self, by_placing, by_total},
};
use entity::orders::order;

use crate::{
    base::{ids, page::SortDirection},
    payments::types::PaymentMethod,
};

use super::types::OrderStatus;

/// An order of a plan that is paid once.
#[derive(InputObject)]
pub struct CreateOrderInput {
    /// Which plan; one with the billing cycle `ONE_TIME`.
    pub plan_id: ID,
    /// How many.
    #[graphql(default = 1)]
    pub quantity: i32,
    /// What the seller should know; up to 1000 characters, printed on the invoice.
    pub notes: Option<String>,
    /// A key of your own making, a new one for each new intention. The same key with the same input gives the
    /// same order, however often it is sent.
    /// May be left out, or empty, when the request carries it in the header `Idempotency-Key`.
    #[graphql(default)]
    pub idempotency_key: String,
}

/// Which order to call off.
#[derive(InputObject)]
pub struct CancelOrderInput {
    /// Which order.
    pub order_id: ID,
    /// A key of your own making, a new one for each new intention.
    /// May be left out, or empty, when the request carries it in the header `Idempotency-Key`.
    #[graphql(default)]
    pub idempotency_key: String,
}

/// Which orders. Every part that is given narrows the list.
#[derive(InputObject, Default)]
pub struct OrderFilter {
    /// In one of these states.
    pub statuses: Option<Vec<OrderStatus>>,
    /// Of this person.
    pub user_id: Option<ID>,
    /// With exactly this number, in either case.
    pub number: Option<String>,
    /// Paid, or being paid, like this.
    pub payment_method: Option<PaymentMethod>,
    /// Placed at or after.
    pub placed_from: Option<DateTime<Utc>>,
    /// Placed before.
    pub placed_before: Option<DateTime<Utc>>,
}

impl OrderFilter {
    /// The filter in the domain's words.
    ///
    /// # Errors
    /// An id that is none.
    pub fn read(self) -> Result<query::OrderFilter> {
        Ok(query::OrderFilter {
            statuses: self
                .statuses
                .map(|statuses| statuses.into_iter().map(Into::into).collect()),
            user_id: self.user_id.as_ref().map(ids::parse).transpose()?,
            number: self.number,
            payment_method: self.payment_method.map(Into::into),
            placed_from: self.placed_from,
            placed_before: self.placed_before,
        })
    }
}

/// What orders are sorted by.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderSortKey {
    /// When it was placed.
    PlacedAt,
    /// What is to be paid.
    Total,
}

/// In which order orders come.
#[derive(InputObject)]
pub struct OrderSort {
    /// By what.
    #[graphql(default_with = "OrderSortKey::PlacedAt")]
    pub key: OrderSortKey,
    /// Which way.
    #[graphql(default_with = "SortDirection::Descending")]
    pub direction: SortDirection,
}

impl OrderSort {
    /// The sort in the domain's words; newest first when the caller says nothing.
    #[must_use]
    pub fn read(sort: Option<Self>) -> Sort<order::Entity> {
        let sort = sort.unwrap_or(Self {
            key: OrderSortKey::PlacedAt,
            direction: SortDirection::Descending,
        });
        match sort.key {
            OrderSortKey::PlacedAt => by_placing(sort.direction.into()),
            OrderSortKey::Total => by_total(sort.direction.into()),
        }
    }
}
