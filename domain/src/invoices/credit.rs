//! A step of a refund: a credit note takes back some or all of an invoice.

use entity::{
    id::{CreditNoteId, PaymentId, RefundId},
    invoices::{credit_note, invoice},
    money::Money,
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, ExprTrait, QueryFilter,
    QuerySelect, sea_query::Expr,
};

use crate::base::{Error, Result, Tx};

use super::{events::CreditNoteIssued, number, tax};

/// What a credit note is made of.
#[derive(Clone, Debug)]
pub struct NewCreditNote {
    /// Which payment's invoice it takes back from.
    pub payment_id: PaymentId,
    /// For which refund.
    pub refund_id: RefundId,
    /// How much, tax included.
    pub amount: Money,
    /// Why.
    pub reason: String,
}

/// Issues a credit note, if the payment has an invoice: one that came too late for its order has none. A second
/// one for the same refund is refused by a unique key, more than the invoice by a check.
///
/// # Errors
/// Amounts that do not fit, or the database's refusal: defects, both.
pub async fn credit(tx: &mut Tx, new: NewCreditNote) -> Result<Option<credit_note::Model>> {
    let invoice = invoice::Entity::find()
        .filter(invoice::Column::PaymentId.eq(new.payment_id))
        .lock_exclusive()
        .one(tx.db())
        .await?;
    let Some(invoice) = invoice else {
        return Ok(None);
    };
    let rate = invoice.tax_rate_basis_points;
    let tax = tax::tax_of_part(invoice.credited(), new.amount, rate)
        .ok_or_else(|| Error::internal("a credit note's amounts do not fit"))?;
    let net = new.amount.checked_sub(tax)?;
    take_back(tx, &invoice, new.amount).await?;
    let prefix = tx.op().app().policy.credit_note_prefix.clone();
    let number = number::take(tx, &prefix).await?;
    let row = credit_note::ActiveModel {
        id: Set(tx.op().new_id::<CreditNoteId>()),
        number: Set(number.text()),
        series: Set(number.series),
        sequence: Set(number.sequence),
        invoice_id: Set(invoice.id),
        refund_id: Set(new.refund_id),
        user_id: Set(invoice.user_id),
        currency: Set(new.amount.currency),
        net_minor: Set(net.minor),
        tax_minor: Set(tax.minor),
        total_minor: Set(new.amount.minor),
        reason: Set(new.reason),
        issued_at: Set(tx.now()),
    }
    .insert(tx.db())
    .await?;
    tx.record(CreditNoteIssued {
        credit_note_id: row.id,
        number: row.number.clone(),
        invoice_id: row.invoice_id,
        refund_id: row.refund_id,
        total: row.total(),
        tax,
    })?;
    Ok(Some(row))
}

async fn take_back(tx: &Tx, invoice: &invoice::Model, amount: Money) -> Result<()> {
    let with_it = Expr::col(invoice::Column::CreditedMinor).add(amount.minor);
    let taken = invoice::Entity::update_many()
        .col_expr(invoice::Column::CreditedMinor, with_it.clone())
        .filter(invoice::Column::Id.eq(invoice.id))
        .filter(invoice::Column::Currency.eq(amount.currency))
        .filter(with_it.lte(Expr::col(invoice::Column::TotalMinor)))
        .exec(tx.db())
        .await?;
    match taken.rows_affected {
        1 => Ok(()),
        _ => Err(Error::internal(format!(
            "{amount} is more than is left of {}",
            invoice.id
        ))),
    }
}
