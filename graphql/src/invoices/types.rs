//! An invoice as it is shown.

use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use domain::base::{Error, links::Purpose};
use entity::invoices::{invoice, invoice::Party, invoice_line};

use crate::{
    base::{
        Ask,
        ask::load,
        error::outward,
        ids,
        scalars::{Decimal, Money, Url},
    },
    connection,
    orders::{Order, loaders::OrderById},
    subscriptions::{PlanSubscription, loaders::SubscriptionById},
    users::{User, loaders::UserById},
};

use super::{
    credit_note::CreditNote,
    loaders::{CreditNotesByInvoice, LinesByInvoice},
};

/// Where an invoice stands.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "entity::invoices::InvoiceStatus")]
pub enum InvoiceStatus {
    /// It counts.
    Issued,
    /// It was taken back; its number stays used.
    Void,
}

/// Who is named on an invoice, as on the day it was issued.
#[derive(SimpleObject, Clone, Debug)]
pub struct InvoiceParty {
    /// The name.
    name: String,
    /// The tax id (統一編號), eight digits; empty for a consumer.
    tax_id: String,
    /// The postal address; may be empty.
    address: String,
    /// The e-mail address; may be empty.
    email: String,
    /// The phone number; may be empty.
    phone: String,
}

impl From<Party> for InvoiceParty {
    fn from(party: Party) -> Self {
        Self {
            name: party.name,
            tax_id: party.tax_id,
            address: party.address,
            email: party.email,
            phone: party.phone,
        }
    }
}

/// An invoice: issued once for a payment, never changed.
#[derive(Clone, Debug)]
pub struct Invoice(pub invoice::Model);

impl From<invoice::Model> for Invoice {
    fn from(row: invoice::Model) -> Self {
        Self(row)
    }
}

connection!(
    InvoiceConnection,
    InvoiceEdge,
    Invoice,
    invoice::Entity,
    "A list of invoices, a page at a time."
);

/// An invoice: issued once for a payment, never changed.
#[Object]
impl Invoice {
    /// The id, `inv_…`.
    pub(crate) async fn id(&self) -> ID {
        ids::write(self.0.id)
    }

    /// The number for people, such as `INV-2026-000001`: without gaps within its year.
    async fn number(&self) -> &str {
        &self.0.number
    }

    /// Whose it is: the account, as it is now; `buyer` is as on the day of issue.
    async fn user(&self, context: &Context<'_>) -> Result<User> {
        let row = load::<UserById, _>(context, self.0.user_id).await?;
        row.map(User)
            .ok_or_else(|| outward(Error::NotFound("user")))
    }

    /// Where it stands.
    async fn status(&self) -> InvoiceStatus {
        self.0.status.into()
    }

    /// What was sold, in order.
    async fn lines(&self, context: &Context<'_>) -> Result<Vec<InvoiceLine>> {
        let lines = load::<LinesByInvoice, _>(context, self.0.id).await?;
        Ok(lines
            .unwrap_or_default()
            .into_iter()
            .map(InvoiceLine)
            .collect())
    }

    /// Without tax.
    async fn net(&self) -> Money {
        self.0.net().into()
    }

    /// The tax in it.
    async fn tax(&self) -> Money {
        self.0.tax().into()
    }

    /// Net and tax.
    async fn total(&self) -> Money {
        self.0.total().into()
    }

    /// How much of the total credit notes took back.
    async fn credited_amount(&self) -> Money {
        self.0.credited().into()
    }

    /// The credit notes that took it back, in part or in full, oldest first.
    async fn credit_notes(&self, context: &Context<'_>) -> Result<Vec<CreditNote>> {
        let notes = load::<CreditNotesByInvoice, _>(context, self.0.id).await?;
        Ok(notes
            .unwrap_or_default()
            .into_iter()
            .map(CreditNote)
            .collect())
    }

    /// The tax rate in percent, such as `"5"`.
    async fn tax_rate_percent(&self) -> Decimal {
        let rate = self.0.tax_rate_basis_points;
        let text = format!("{}.{:02}", rate / 100, rate % 100);
        Decimal(text.trim_end_matches('0').trim_end_matches('.').to_owned())
    }

    /// Who issued it.
    async fn seller(&self) -> InvoiceParty {
        self.0.seller.clone().into()
    }

    /// To whom.
    async fn buyer(&self) -> InvoiceParty {
        self.0.buyer.clone().into()
    }

    /// For which order.
    async fn order(&self, context: &Context<'_>) -> Result<Order> {
        let row = load::<OrderById, _>(context, self.0.order_id).await?;
        row.map(Order)
            .ok_or_else(|| outward(Error::NotFound("order")))
    }

    /// For which subscription; `null` for a plan that is paid once.
    async fn subscription(&self, context: &Context<'_>) -> Result<Option<PlanSubscription>> {
        let Some(id) = self.0.subscription_id else {
            return Ok(None);
        };
        let row = load::<SubscriptionById, _>(context, id).await?;
        Ok(row.map(PlanSubscription))
    }

    /// When the period it covers begins.
    async fn period_start(&self) -> Option<DateTime<Utc>> {
        self.0.period_start
    }

    /// When that period ends (exclusive).
    async fn period_end(&self) -> Option<DateTime<Utc>> {
        self.0.period_end
    }

    /// When it was issued.
    async fn issued_at(&self) -> DateTime<Utc> {
        self.0.issued_at
    }

    /// When it was paid.
    async fn paid_at(&self) -> Option<DateTime<Utc>> {
        self.0.paid_at
    }

    /// What else it says; may be empty.
    async fn notes(&self) -> &str {
        &self.0.notes
    }

    /// A link to the PDF that a browser can open without a token, good for a day. Whoever has it can read the
    /// invoice.
    async fn pdf_url(&self, context: &Context<'_>) -> Result<Url> {
        let op = context.op()?;
        let until = op.machine_now() + op.app().policy.link_lifetime;
        let id = self.0.id.to_string();
        Ok(Url(op.app().links.to(Purpose::Invoice, &id, until)))
    }
}

/// A line of an invoice.
#[derive(Clone, Debug)]
pub struct InvoiceLine(pub invoice_line::Model);

/// A line of an invoice.
#[Object]
impl InvoiceLine {
    /// What was sold.
    async fn description(&self) -> &str {
        &self.0.description
    }

    /// How many.
    async fn quantity(&self) -> i32 {
        self.0.quantity
    }

    /// The price of one, tax included.
    async fn unit_price(&self) -> Money {
        self.0.unit_price().into()
    }

    /// Quantity times price, tax included.
    async fn amount(&self) -> Money {
        self.0.amount().into()
    }

    /// The tax in the amount. The lines' taxes add up to the invoice's, to the unit.
    async fn tax(&self) -> Money {
        self.0.tax().into()
    }
}
