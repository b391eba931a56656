//! Gapless numbers of invoices and credit notes: `INV-2026-000001`, `CN-2026-000001`, one series a year each.

use chrono::Datelike;
use entity::invoices::invoice_series;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, ExprTrait, QueryFilter, sea_query::Expr,
};

use crate::base::{Error, Result, Tx, clock::taipei};

/// A place in a series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvoiceNumber {
    /// The series, `INV-2026`.
    pub series: String,
    /// The place in it, from 1.
    pub sequence: i64,
}

impl InvoiceNumber {
    /// The number for people.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{}-{:06}", self.series, self.sequence)
    }
}

/// Takes the next number of this year's series of `prefix` (the year in Taipei). The series stays locked until the
/// transaction ends; when it fails, the number was never taken. Take it last: everybody else waits.
///
/// # Errors
/// The database does not answer.
pub async fn take(tx: &mut Tx, prefix: &str) -> Result<InvoiceNumber> {
    let year = tx.now().with_timezone(&taipei()).year();
    let series = format!("{prefix}-{year}");
    let first = invoice_series::ActiveModel {
        series: Set(series.clone()),
        last_sequence: Set(0),
    };
    invoice_series::Entity::insert(first)
        .on_conflict_do_nothing()
        .exec_without_returning(tx.db())
        .await?;
    let taken = invoice_series::Entity::update_many()
        .col_expr(
            invoice_series::Column::LastSequence,
            Expr::col(invoice_series::Column::LastSequence).add(1),
        )
        .filter(invoice_series::Column::Series.eq(series.as_str()))
        .exec_with_returning(tx.db())
        .await?;
    let row = taken
        .into_iter()
        .next()
        .ok_or_else(|| Error::internal("the invoice series is missing"))?;
    Ok(InvoiceNumber {
        series,
        sequence: row.last_sequence,
    })
}
