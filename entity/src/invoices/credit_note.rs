//! A credit note: it takes back some or all of an invoice.

use sea_orm::entity::prelude::*;

use crate::{
    id::{CreditNoteId, InvoiceId, RefundId, UserId},
    money::{Currency, Money},
};

/// A credit note: it takes back some or all of an invoice. Numbers of a series are unique, without gaps.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "credit_notes")]
pub struct Model {
    /// The id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CreditNoteId,
    /// The number for people, `CN-2026-000001`; unique.
    #[sea_orm(unique)]
    pub number: String,
    /// The series the number is from, `CN-2026`.
    pub series: String,
    /// Its place in the series, from 1; unique in it.
    pub sequence: i64,
    /// Of which invoice.
    pub invoice_id: InvoiceId,
    /// For which refund; unique.
    #[sea_orm(unique)]
    pub refund_id: RefundId,
    /// To whom.
    pub user_id: UserId,
    /// The currency of every amount on it.
    pub currency: Currency,
    /// Without tax, in minor units.
    pub net_minor: i64,
    /// The tax in it, in minor units. Those of all credit notes of an invoice never exceed its tax.
    pub tax_minor: i64,
    /// Net and tax, in minor units.
    pub total_minor: i64,
    /// Why.
    pub reason: String,
    /// When it was issued.
    pub issued_at: DateTimeUtc,
    /// Of which invoice.
    #[sea_orm(belongs_to, from = "invoice_id", to = "id")]
    pub invoice: BelongsTo<super::invoice::Entity>,
    /// For which refund.
    #[sea_orm(belongs_to, from = "refund_id", to = "id")]
    pub refund: BelongsTo<crate::refunds::refund::Entity>,
    /// To whom.
    #[sea_orm(belongs_to, from = "user_id", to = "id")]
    pub user: BelongsTo<crate::users::user::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// Without tax.
    #[must_use]
    pub const fn net(&self) -> Money {
        Money::new(self.net_minor, self.currency)
    }

    /// The tax in it.
    #[must_use]
    pub const fn tax(&self) -> Money {
        Money::new(self.tax_minor, self.currency)
    }

    /// Net and tax.
    #[must_use]
    pub const fn total(&self) -> Money {
        Money::new(self.total_minor, self.currency)
    }
}
