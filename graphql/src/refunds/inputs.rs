//! What callers send about refunds.

use async_graphql::{Enum, ID, InputObject, Result};
use chrono::{DateTime, Utc};
use domain::{
    base::page::Sort,
    refunds::query::{self, by_request},
};
use entity::refunds::refund;

use crate::base::{ids, page::SortDirection, scalars::MoneyInput};

use super::types::{RefundKind, RefundStatus};

/// Which refund is thought of.
#[derive(InputObject)]
pub struct RefundPreviewInput {
    /// Which payment.
    pub payment_id: ID,
    /// How much; all that is left when it is left out.
    pub amount: Option<MoneyInput>,
    /// Whether a person would give it back by hand although the gateway could.
    #[graphql(default = false)]
    pub is_manual: bool,
}

/// What is to go back.
#[derive(InputObject)]
pub struct RefundPaymentInput {
    /// Which payment.
    pub payment_id: ID,
    /// How much; all that is left when it is left out.
    pub amount: Option<MoneyInput>,
    /// Why, for the books and the credit note: 1 to 500 characters.
    pub reason: String,
    /// Whether a person gives it back by hand although the gateway could.
    #[graphql(default = false)]
    pub is_manual: bool,
    /// Whether the subscription ends whose present period was paid. Only when all that is left goes back.
    #[graphql(default = false)]
    pub end_subscription: bool,
    /// A key of your own making, a new one for each new refund. The same key with the same input gives the same
    /// refund, however often it is sent.
    /// May be left out, or empty, when the request carries it in the header `Idempotency-Key`.
    #[graphql(default)]
    pub idempotency_key: String,
}

/// What a person gave back by hand.
#[derive(InputObject)]
pub struct CompleteManualRefundInput {
    /// Which refund.
    pub refund_id: ID,
    /// The number of the transfer, or what else proves it: 1 to 200 characters.
    pub reference: String,
    /// What else is to be remembered: up to 1000 characters.
    #[graphql(default)]
    pub note: String,
    /// A key of your own making. The same key with the same input changes nothing the second time.
    /// May be left out, or empty, when the request carries it in the header `Idempotency-Key`.
    #[graphql(default)]
    pub idempotency_key: String,
}

/// Which refund is called off.
#[derive(InputObject)]
pub struct CancelRefundInput {
    /// Which refund.
    pub refund_id: ID,
    /// A key of your own making. The same key with the same input changes nothing the second time.
    /// May be left out, or empty, when the request carries it in the header `Idempotency-Key`.
    #[graphql(default)]
    pub idempotency_key: String,
}

/// Which refunds. Every part that is given narrows the list.
#[derive(InputObject, Default)]
pub struct RefundFilter {
    /// In one of these states.
    pub statuses: Option<Vec<RefundStatus>>,
    /// Given back like this.
    pub kind: Option<RefundKind>,
    /// Of this payment.
    pub payment_id: Option<ID>,
    /// Of this order.
    pub order_id: Option<ID>,
    /// To this person.
    pub user_id: Option<ID>,
    /// Asked for at or after.
    pub created_from: Option<DateTime<Utc>>,
    /// Asked for before.
    pub created_before: Option<DateTime<Utc>>,
}

impl RefundFilter {
    /// The filter in the domain's words.
    ///
    /// # Errors
    /// An id that is none.
    pub fn read(self) -> Result<query::RefundFilter> {
        Ok(query::RefundFilter {
            statuses: self
                .statuses
                .map(|statuses| statuses.into_iter().map(Into::into).collect()),
            kind: self.kind.map(Into::into),
            payment_id: self.payment_id.as_ref().map(ids::parse).transpose()?,
            order_id: self.order_id.as_ref().map(ids::parse).transpose()?,
            user_id: self.user_id.as_ref().map(ids::parse).transpose()?,
            created_from: self.created_from,
            created_before: self.created_before,
        })
    }
}

/// What refunds are sorted by.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefundSortKey {
    /// When it was asked for.
    CreatedAt,
}

/// In which order refunds come.
#[derive(InputObject)]
pub struct RefundSort {
    /// By what.
    #[graphql(default_with = "RefundSortKey::CreatedAt")]
    pub key: RefundSortKey,
    /// Which way.
    #[graphql(default_with = "SortDirection::Descending")]
    pub direction: SortDirection,
}

impl RefundSort {
    /// The sort in the domain's words; newest first when the caller says nothing.
    #[must_use]
    pub fn read(sort: Option<Self>) -> Sort<refund::Entity> {
        let sort = sort.unwrap_or(Self {
            key: RefundSortKey::CreatedAt,
            direction: SortDirection::Descending,
        });
        match sort.key {
            RefundSortKey::CreatedAt => by_request(sort.direction.into()),
        }
    }
}
