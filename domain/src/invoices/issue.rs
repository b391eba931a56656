//! A step of settlement: the invoice is issued.

use entity::{
    id::{InvoiceId, InvoiceLineId},
    invoices::{InvoiceStatus, invoice, invoice::Party, invoice_line},
    money::Money,
    orders::{LineKind, order, order_line},
    payments::payment,
    users::user,
};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait};

use crate::base::{Error, Result, Tx};

use super::{events::InvoiceIssued, number, tax};

/// What an invoice is made of.
#[derive(Clone, Copy, Debug)]
pub struct NewInvoice<'a> {
    /// The order, settled.
    pub order: &'a order::Model,
    /// Its lines, fulfilled: they know their periods.
    pub lines: &'a [order_line::Model],
    /// The payment it was settled with.
    pub payment: &'a payment::Model,
    /// The buyer.
    pub buyer: &'a user::Model,
}

/// Issues the invoice. A second one for the same order, payment or period is refused by unique keys.
///
/// # Errors
/// Amounts that do not fit, or the database's refusal: defects, both.
pub async fn issue(tx: &mut Tx, new: NewInvoice<'_>) -> Result<invoice::Model> {
    let total = new.order.total();
    let rate = tx.op().app().policy.tax_rate_basis_points;
    let tax = tax::included_tax(total, rate).ok_or_else(does_not_fit)?;
    let net = total.checked_sub(tax)?;
    let period = new.lines.iter().find(|line| pays_time(line.kind));
    let prefix = tx.op().app().policy.invoice_prefix.clone();
    let number = number::take(tx, &prefix).await?;
    let row = invoice::ActiveModel {
        id: Set(tx.op().new_id::<InvoiceId>()),
        number: Set(number.text()),
        series: Set(number.series),
        sequence: Set(number.sequence),
        user_id: Set(new.order.user_id),
        order_id: Set(new.order.id),
        payment_id: Set(new.payment.id),
        subscription_id: Set(period.and_then(|line| line.subscription_id)),
        is_plan_change: Set(period.is_some_and(|line| line.kind == LineKind::SubscriptionChange)),
        period_start: Set(period.and_then(|line| line.period_start)),
        period_end: Set(period.and_then(|line| line.period_end)),
        status: Set(InvoiceStatus::Issued),
        currency: Set(total.currency),
        net_minor: Set(net.minor),
        tax_minor: Set(tax.minor),
        total_minor: Set(total.minor),
        credited_minor: Set(0),
        tax_rate_basis_points: Set(rate),
        seller: Set(tx.op().app().policy.seller.clone()),
        buyer: Set(party(new.buyer)),
        notes: Set(new.order.notes.clone()),
        issued_at: Set(tx.now()),
        paid_at: Set(new.payment.paid_at),
    }
    .insert(tx.db())
    .await?;
    insert_lines(tx, &row, new.lines, tax).await?;
    tx.record(InvoiceIssued {
        invoice_id: row.id,
        number: row.number.clone(),
        order_id: row.order_id,
        total,
        tax,
    })?;
    Ok(row)
}

/// Whether the line says which subscription and period the invoice is for.
const fn pays_time(kind: LineKind) -> bool {
    matches!(
        kind,
        LineKind::SubscriptionPeriod | LineKind::SubscriptionChange
    )
}

async fn insert_lines(
    tx: &Tx,
    invoice: &invoice::Model,
    lines: &[order_line::Model],
    tax: Money,
) -> Result<()> {
    let amounts: Vec<Money> = lines.iter().map(order_line::Model::amount).collect();
    let taxes =
        tax::line_taxes(tax, &amounts, invoice.tax_rate_basis_points).ok_or_else(does_not_fit)?;
    let rows = lines
        .iter()
        .zip(taxes)
        .map(|(line, tax)| invoice_line::ActiveModel {
            id: Set(tx.op().new_id::<InvoiceLineId>()),
            invoice_id: Set(invoice.id),
            position: Set(line.position),
            description: Set(line.description.clone()),
            quantity: Set(line.quantity),
            unit_price_minor: Set(line.unit_price_minor),
            amount_minor: Set(line.amount_minor),
            tax_minor: Set(tax.minor),
            currency: Set(line.currency),
        });
    invoice_line::Entity::insert_many(rows.collect::<Vec<_>>())
        .exec_without_returning(tx.db())
        .await?;
    Ok(())
}

/// The buyer as on this day: what the person changes later does not change the invoice.
fn party(buyer: &user::Model) -> Party {
    let full_name = format!("{} {}", buyer.first_name, buyer.last_name);
    let full_name = full_name.trim();
    Party {
        name: match full_name.is_empty() {
            true => buyer.username.clone(),
            false => full_name.to_owned(),
        },
        email: buyer.email.clone(),
        phone: buyer.phone.clone(),
        ..Party::default()
    }
}

fn does_not_fit() -> Error {
    Error::internal("an invoice's amounts do not fit")
}
