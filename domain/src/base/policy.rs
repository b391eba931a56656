//! The numbers that an operator may set, in one value.

use chrono::Duration;
use entity::invoices::invoice::Party;

use super::page::PageSizes;

/// The rules of the shop that are settings, not code.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Who issues the invoices.
    pub seller: Party,
    /// The tax in every price: 500 is 5 %.
    pub tax_rate_basis_points: i32,
    /// What invoice numbers begin with.
    pub invoice_prefix: String,
    /// What the numbers of credit notes begin with.
    pub credit_note_prefix: String,
    /// How long an order without a pay code can be paid.
    pub order_lifetime: Duration,
    /// How long before a period ends the order of the next one is placed; never more than a third of the period.
    pub renewal_lead: Duration,
    /// On which days after a missed payment its owner is reminded; a day after the last one it expires.
    pub dunning_days: Vec<i64>,
    /// For how long after its period an unpaid subscription still gives what it gave.
    pub grace: Duration,
    /// Whether there are clocks that can be moved. Never where the money is real.
    pub test_clocks: bool,
    /// How long the pages of lists are.
    pub pages: PageSizes,
    /// How long a link to an invoice or a payment page is good.
    pub link_lifetime: Duration,
    /// How long an access token is good.
    pub access_token_lifetime: Duration,
    /// How long a refresh token is good.
    pub refresh_token_lifetime: Duration,
    /// How long a log-in lasts at most, however often it is refreshed.
    pub session_lifetime: Duration,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            seller: Party::default(),
            tax_rate_basis_points: 500,
            invoice_prefix: "INV".to_owned(),
            credit_note_prefix: "CN".to_owned(),
            order_lifetime: Duration::hours(24),
            renewal_lead: Duration::days(3),
            dunning_days: vec![1, 3, 5, 7],
            grace: Duration::days(3),
            test_clocks: false,
            pages: PageSizes::default(),
            link_lifetime: Duration::hours(24),
            access_token_lifetime: Duration::minutes(15),
            refresh_token_lifetime: Duration::days(30),
            session_lifetime: Duration::days(90),
        }
    }
}
