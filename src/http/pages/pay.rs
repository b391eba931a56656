//! The page behind `redirectUrl`: it posts the gateway's form by itself, or through a button without JavaScript.

use axum::{
    extract::{Path, State},
    http::{HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use domain::{
    base::{Actor, Result, links::Purpose},
    flows, orders, payments,
};
use entity::{id::PaymentId, payments::PaymentStatus};
use minijinja::context;
use url::Url;

use super::{
    problem::{self, Problem},
    result,
    template::{amount, render},
};
use crate::http::House;

/// Posts the form of a page that has one. A file of its own, so that no inline script need be allowed.
pub async fn script() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=3600"),
    ];
    (headers, "document.forms[0].submit();\n").into_response()
}

/// The page.
pub async fn show(State(house): State<House>, Path(token): Path<String>, parts: Parts) -> Response {
    let opened = house
        .app
        .links
        .open(Purpose::Payment, &token, house.app.clock.now());
    let Some(id) = opened.and_then(|id| id.parse::<PaymentId>().ok()) else {
        return problem::page(StatusCode::NOT_FOUND, Problem::Link);
    };
    match page(&house, id, &parts).await {
        Ok(page) => page,
        Err(error) => problem::of(&error),
    }
}

async fn page(house: &House, id: PaymentId, parts: &Parts) -> Result<Response> {
    let op = house.op(Actor::System("page"), "page", parts);
    let payment = payments::query::get(&op, id).await?;
    if payment.status != PaymentStatus::Pending {
        // The number is used up: whoever comes back is shown how it stands.
        let link = result::link(&op, &payment);
        return Ok((StatusCode::SEE_OTHER, [(header::LOCATION, link)]).into_response());
    }
    let order = orders::query::get(&op, payment.order_id).await?;
    let form = flows::checkout_form(&op, &payment).await?;
    let values = context! {
        action => &form.action,
        fields => &form.fields,
        number => order.number,
        total => amount(payment.amount()),
    };
    // Form posts are redirected within the gateway, so its whole origin is allowed.
    let origin = Url::parse(&form.action).map(|url| url.origin().ascii_serialization());
    let origin = origin
        .ok()
        .filter(|origin| HeaderValue::from_str(origin).is_ok());
    Ok(render(
        StatusCode::OK,
        "pay.html",
        values,
        origin.as_deref(),
    ))
}
