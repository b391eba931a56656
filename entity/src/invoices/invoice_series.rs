//! The series that invoice numbers come from.

use sea_orm::entity::prelude::*;

/// A series of invoice numbers. Its row is locked while a number is taken, which is what leaves no gap.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "invoice_series")]
pub struct Model {
    /// Its name, `INV-2026`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub series: String,
    /// The last number taken.
    pub last_sequence: i64,
}

impl ActiveModelBehavior for ActiveModel {}
