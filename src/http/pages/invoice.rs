//! An invoice's PDF, at a signed link.

use adapters::pdf::{InvoiceDocument, InvoiceDocumentLine, ServicePeriod, render_invoice};
use axum::{
    extract::{Path, State},
    http::{HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use domain::{
    base::{Actor, Error, Op, Result, links::Purpose},
    invoices, orders, payments,
};
use entity::{id::InvoiceId, invoices::invoice_line};

use super::problem::{self, Problem};
use crate::http::House;

/// What stands at the foot of every page.
const FOOTER: &str = "感謝您的訂購。Thank you for your order.";

/// The PDF.
pub async fn show(State(house): State<House>, Path(token): Path<String>, parts: Parts) -> Response {
    let opened = house
        .app
        .links
        .open(Purpose::Invoice, &token, house.app.clock.now());
    let Some(id) = opened.and_then(|id| id.parse::<InvoiceId>().ok()) else {
        return problem::page(StatusCode::NOT_FOUND, Problem::Link);
    };
    let op = house.op(Actor::System("page"), "page", &parts);
    match file(&op, id).await {
        Ok(response) => response,
        Err(error) => problem::of(&error),
    }
}

async fn file(op: &Op, id: InvoiceId) -> Result<Response> {
    let document = document(op, id).await?;
    let disposition = format!("inline; filename=\"{}.pdf\"", document.number);
    // Fonts are parsed and subset: work for a thread that may block.
    let pdf = tokio::task::spawn_blocking(move || render_invoice(&document))
        .await
        .map_err(Error::internal)?
        .map_err(Error::internal)?;
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/pdf"),
        ),
        (
            header::CONTENT_DISPOSITION,
            HeaderValue::try_from(disposition).map_err(Error::internal)?,
        ),
        (
            header::CACHE_CONTROL,
            HeaderValue::from_static("private, no-store"),
        ),
    ];
    Ok((headers, pdf).into_response())
}

async fn document(op: &Op, id: InvoiceId) -> Result<InvoiceDocument> {
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

fn line(row: invoice_line::Model) -> InvoiceDocumentLine {
    InvoiceDocumentLine {
        quantity: row.quantity,
        unit_price: row.unit_price(),
        amount: row.amount(),
        description: row.description,
    }
}
