//! What callers send about payments.

use async_graphql::{Enum, ID, InputObject, Result};
use chrono::{DateTime, Utc};
use domain::{
    base::page::Sort,
    payments::query::{self, by_amount, by_creation},
};
use entity::payments::payment;

use crate::base::{ids, page::SortDirection};

use super::types::{PaymentMethod, PaymentStatus};

/// How an order is to be paid.
#[derive(InputObject)]
pub struct BeginPaymentInput {
    /// Which order.
    pub order_id: ID,
    /// How.
    pub method: PaymentMethod,
    /// A key of your own making, a new one for each new attempt. The same key with the same input gives the same
    /// attempt, however often it is sent.
    /// May be left out, or empty, when the request carries it in the header `Idempotency-Key`.
    #[graphql(default)]
    pub idempotency_key: String,
}

/// A decision on a payment, and why.
#[derive(InputObject)]
pub struct LatePaymentInput {
    /// Which payment.
    pub payment_id: ID,
    /// Why, for those who come after you: 1 to 1000 characters.
    pub note: String,
    /// A key of your own making, a new one for each new decision. The same key with the same input decides once.
    /// May be left out, or empty, when the request carries it in the header `Idempotency-Key`.
    #[graphql(default)]
    pub idempotency_key: String,
}

/// What becomes of a payment in review.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "domain::flows::Verdict")]
pub enum ReviewVerdict {
    /// The order is settled with what came. What is missing is let off, what is too much is the customer's credit.
    Accept,
    /// The order is not settled with it. What came is the customer's credit.
    Reject,
}

/// How the review of a payment ends, and why.
#[derive(InputObject)]
pub struct ResolvePaymentInput {
    /// Which payment.
    pub payment_id: ID,
    /// How.
    pub verdict: ReviewVerdict,
    /// Why, for those who come after you: 1 to 1000 characters.
    pub note: String,
    /// A key of your own making, a new one for each new decision. The same key with the same input decides once.
    /// May be left out, or empty, when the request carries it in the header `Idempotency-Key`.
    #[graphql(default)]
    pub idempotency_key: String,
}

/// Which payments. Every part that is given narrows the list.
#[derive(InputObject, Default)]
pub struct PaymentFilter {
    /// In one of these states.
    pub statuses: Option<Vec<PaymentStatus>>,
    /// By one of these methods.
    pub methods: Option<Vec<PaymentMethod>>,
    /// For this order.
    pub order_id: Option<ID>,
    /// With exactly this number: ours or the gateway's.
    pub trade_no: Option<String>,
    /// Begun at or after.
    pub created_from: Option<DateTime<Utc>>,
    /// Begun before.
    pub created_before: Option<DateTime<Utc>>,
}

impl PaymentFilter {
    /// The filter in the domain's words.
    ///
    /// # Errors
    /// An id that is none.
    pub fn read(self) -> Result<query::PaymentFilter> {
        Ok(query::PaymentFilter {
            statuses: self
                .statuses
                .map(|statuses| statuses.into_iter().map(Into::into).collect()),
            methods: self
                .methods
                .map(|methods| methods.into_iter().map(Into::into).collect()),
            order_id: self.order_id.as_ref().map(ids::parse).transpose()?,
            trade_no: self.trade_no,
            created_from: self.created_from,
            created_before: self.created_before,
        })
    }
}

/// What payments are sorted by.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaymentSortKey {
    /// When it was begun.
    CreatedAt,
    /// How much it is.
    Amount,
}

/// In which order payments come.
#[derive(InputObject)]
pub struct PaymentSort {
    /// By what.
    #[graphql(default_with = "PaymentSortKey::CreatedAt")]
    pub key: PaymentSortKey,
    /// Which way.
    #[graphql(default_with = "SortDirection::Descending")]
    pub direction: SortDirection,
}

impl PaymentSort {
    /// The sort in the domain's words; newest first when the caller says nothing.
    #[must_use]
    pub fn read(sort: Option<Self>) -> Sort<payment::Entity> {
        let sort = sort.unwrap_or(Self {
            key: PaymentSortKey::CreatedAt,
            direction: SortDirection::Descending,
        });
        match sort.key {
            PaymentSortKey::CreatedAt => by_creation(sort.direction.into()),
            PaymentSortKey::Amount => by_amount(sort.direction.into()),
        }
    }
}
