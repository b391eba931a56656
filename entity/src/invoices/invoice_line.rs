//! A line of an invoice.

use sea_orm::entity::prelude::*;

use crate::{
    id::{InvoiceId, InvoiceLineId},
    money::{Currency, Money},
};

/// A line of an invoice. Nets and taxes of the lines add up to those of the invoice, to the unit.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "invoice_lines")]
pub struct Model {
    /// The id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: InvoiceLineId,
    /// Of which invoice.
    pub invoice_id: InvoiceId,
    /// Its place, from 1; unique for the invoice.
    pub position: i32,
    /// What was sold.
    pub description: String,
    /// How many.
    pub quantity: i32,
    /// The price of one, in minor units, tax included. Negative for what is given back.
    pub unit_price_minor: i64,
    /// Quantity times price, tax included.
    pub amount_minor: i64,
    /// The tax in the amount.
    pub tax_minor: i64,
    /// The currency of the invoice.
    pub currency: Currency,
    /// Of which invoice.
    #[sea_orm(belongs_to, from = "invoice_id", to = "id")]
    pub invoice: BelongsTo<super::invoice::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// The price of one, tax included.
    #[must_use]
    pub const fn unit_price(&self) -> Money {
        Money::new(self.unit_price_minor, self.currency)
    }

    /// Quantity times price, tax included.
    #[must_use]
    pub const fn amount(&self) -> Money {
        Money::new(self.amount_minor, self.currency)
    }

    /// The tax in the amount.
    #[must_use]
    pub const fn tax(&self) -> Money {
        Money::new(self.tax_minor, self.currency)
    }
}
