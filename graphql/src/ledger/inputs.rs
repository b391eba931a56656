//! What callers send about the books.

use async_graphql::{ID, InputObject, Result};
use chrono::{DateTime, Utc};
use domain::ledger::query;

use crate::base::ids;

use super::types::{JournalKind, LedgerAccount};

/// Which entries. Every part that is given narrows the list.
#[derive(InputObject, Default)]
pub struct LedgerEntryFilter {
    /// That debit or credit this account.
    pub account: Option<LedgerAccount>,
    /// Of journals about this.
    pub kind: Option<JournalKind>,
    /// Of the journal with this key.
    pub journal: Option<String>,
    /// That move the credit of this customer.
    pub user_id: Option<ID>,
    /// For this order.
    pub order_id: Option<ID>,
    /// About this payment.
    pub payment_id: Option<ID>,
    /// Booked at or after.
    pub booked_from: Option<DateTime<Utc>>,
    /// Booked before.
    pub booked_before: Option<DateTime<Utc>>,
}

impl LedgerEntryFilter {
    /// The filter in the domain's words.
    ///
    /// # Errors
    /// An id that is none.
    pub fn read(self) -> Result<query::LedgerFilter> {
        Ok(query::LedgerFilter {
            account: self.account.map(Into::into),
            kind: self.kind.map(Into::into),
            journal_key: self.journal,
            user_id: self.user_id.as_ref().map(ids::parse).transpose()?,
            order_id: self.order_id.as_ref().map(ids::parse).transpose()?,
            payment_id: self.payment_id.as_ref().map(ids::parse).transpose()?,
            from: self.booked_from,
            before: self.booked_before,
        })
    }
}
