//! An invoice's PDF, at a signed link.

use axum::{
    extract::{Path, State},
    http::{HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use domain::{
    base::{Actor, Error, Op, Result, links::Purpose},
    flows,
};
use entity::id::InvoiceId;

use super::problem::{self, Problem};
use crate::http::House;

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
    let document = flows::invoice_document(op, id).await?;
    let disposition = format!("inline; filename=\"{}.pdf\"", document.number);
    let pdf = flows::print_invoice(op, document).await?;
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
