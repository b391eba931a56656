//! An invoice as it is printed: what its rows say, together.

use entity::{id::InvoiceId, invoices::invoice_line};

use crate::{
    base::{Error, Op, Result},
    invoices, orders, payments,
    ports::{InvoiceDocument, InvoiceDocumentLine, ServicePeriod},
};

/// What stands at the foot of every page.
const FOOTER: &str = "感謝您的訂購。Thank you for your order.";

/// What is printed on this invoice.
///
/// # Errors
/// [`Error::NotFound`] when there is none that the actor may see.
pub async fn invoice_document(op: &Op, id: InvoiceId) -> Result<InvoiceDocument> {
    let invoice = invoices::query::get(op, id).await?;
    let lines = invoices::query::lines_of(op, &[id])
        .await?
        .remove(&id)
        .unwrap_or_default();
    let order = orders::query::get(op, invoice.order_id).await?;
    let payment = payments::query::get(op, invoice.payment_id).await?;
    let (net, tax, total) = (invoice.net(), invoice.tax(), invoice.total());
    Ok(InvoiceDocument {
        number: invoice.number,
        order_number: order.number,
        status: invoice.status,
        issued_at: invoice.issued_at,
        paid_at: invoice.paid_at,
        payment_method: Some(payment.method),
        period: invoice
            .period_start
            .zip(invoice.period_end)
            .map(|(start, end)| ServicePeriod { start, end }),
        seller: invoice.seller,
        buyer: invoice.buyer,
        lines: lines.into_iter().map(line).collect(),
        net,
        tax,
        total,
        tax_rate_basis_points: invoice.tax_rate_basis_points,
        notes: invoice.notes,
        footer: FOOTER.to_owned(),
    })
}

/// The PDF, drawn on a thread that may be kept busy: fonts are parsed and cut down for it.
///
/// # Errors
/// It cannot be drawn, which is a defect.
pub async fn print_invoice(op: &Op, document: InvoiceDocument) -> Result<Vec<u8>> {
    let printer = op.app().invoice_printer.clone();
    tokio::task::spawn_blocking(move || printer.print(&document))
        .await
        .map_err(Error::internal)?
        .map_err(Error::Internal)
}

fn line(row: invoice_line::Model) -> InvoiceDocumentLine {
    InvoiceDocumentLine {
        quantity: row.quantity,
        unit_price: row.unit_price(),
        amount: row.amount(),
        description: row.description,
    }
}
