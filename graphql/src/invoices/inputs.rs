//! What callers send about invoices.

use async_graphql::{Enum, ID, InputObject, Result};
use chrono::{DateTime, Utc};
use domain::{
    base::page::Sort,
    invoices::query::{self, by_issue, by_total},
};
use entity::invoices::invoice;

use crate::base::{ids, page::SortDirection};

use super::types::InvoiceStatus;

/// Which invoices. Every part that is given narrows the list.
#[derive(InputObject, Default)]
pub struct InvoiceFilter {
    /// Of this person.
    pub user_id: Option<ID>,
    /// For this subscription.
    pub subscription_id: Option<ID>,
    /// With exactly this number, in either case.
    pub number: Option<String>,
    /// In this state.
    pub status: Option<InvoiceStatus>,
    /// Issued at or after.
    pub issued_from: Option<DateTime<Utc>>,
    /// Issued before.
    pub issued_before: Option<DateTime<Utc>>,
}

impl InvoiceFilter {
    /// The filter in the domain's words.
    ///
    /// # Errors
    /// An id that is none.
    pub fn read(self) -> Result<query::InvoiceFilter> {
        Ok(query::InvoiceFilter {
            user_id: self.user_id.as_ref().map(ids::parse).transpose()?,
            subscription_id: self.subscription_id.as_ref().map(ids::parse).transpose()?,
            number: self.number,
            status: self.status.map(Into::into),
            issued_from: self.issued_from,
            issued_before: self.issued_before,
        })
    }
}

/// What invoices are sorted by.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvoiceSortKey {
    /// When it was issued.
    IssuedAt,
    /// What it comes to.
    Total,
}

/// In which order invoices come.
#[derive(InputObject)]
pub struct InvoiceSort {
    /// By what.
    #[graphql(default_with = "InvoiceSortKey::IssuedAt")]
    pub key: InvoiceSortKey,
    /// Which way.
    #[graphql(default_with = "SortDirection::Descending")]
    pub direction: SortDirection,
}

impl InvoiceSort {
    /// The sort in the domain's words; newest first when the caller says nothing.
    #[must_use]
    pub fn read(sort: Option<Self>) -> Sort<invoice::Entity> {
        let sort = sort.unwrap_or(Self {
            key: InvoiceSortKey::IssuedAt,
            direction: SortDirection::Descending,
        });
        match sort.key {
            InvoiceSortKey::IssuedAt => by_issue(sort.direction.into()),
            InvoiceSortKey::Total => by_total(sort.direction.into()),
        }
    }
}
