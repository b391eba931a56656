//! Where the shopper lands after the gateway: how the order stands, as the database says. It is never an error
//! for a paid order, and it looks again by itself until the order has settled.

use axum::{
    extract::{Path, State},
    http::{
        StatusCode,
        header::{COOKIE, LOCATION},
        request::Parts,
    },
    response::{IntoResponse, Response},
};
use chrono::Duration;
use domain::{
    base::{Actor, Error, Op, Result, links::Purpose},
    flows, orders, payments,
};
use entity::{
    id::PaymentId,
    orders::OrderStatus,
    payments::{PaymentStatus, payment},
};
use minijinja::context;

use super::{
    problem::{self, Problem},
    template::{amount, in_taipei, render},
};
use crate::http::House;

/// A link to the page of this attempt.
#[must_use]
pub fn link(op: &Op, payment: &payment::Model) -> String {
    let until = op.machine_now() + Duration::days(30);
    op.app()
        .links
        .to(Purpose::PaymentResult, &payment.id.to_string(), until)
}

/// A link to the page of the attempt that a browser came back from. That it came is a sign that something
/// happened, so the gateway is asked soon, in case its notice is lost.
///
/// # Errors
/// No attempt has this number, or the database does not answer.
pub async fn link_after_return(op: &Op, merchant_trade_no: &str) -> Result<String> {
    let payment = payments::query::by_trade_no(op, merchant_trade_no)
        .await?
        .ok_or(Error::NotFound("payment"))?;
    if payments::state::is_open(payment.status) {
        flows::ask_soon(op, payment.id).await?;
    }
    Ok(link(op, &payment))
}

/// The page.
pub async fn show(State(house): State<House>, Path(token): Path<String>, parts: Parts) -> Response {
    let opened = house
        .app
        .links
        .open(Purpose::PaymentResult, &token, house.app.clock.now());
    let Some(id) = opened.and_then(|id| id.parse::<PaymentId>().ok()) else {
        return problem::page(StatusCode::NOT_FOUND, Problem::Link);
    };
    match page(&house, id, &parts).await {
        Ok(page) => page,
        Err(error) => problem::of(&error),
    }
}

/// Whether this browser's storefront began the attempt: it leaves the id here before it goes to the gateway, and shows
/// the order itself. Whoever makes the cookie up is led to a page that asks them to log in.
fn began_in_the_shop(house: &House, id: PaymentId, parts: &Parts) -> bool {
    let cookies = parts.headers.get_all(COOKIE).iter();
    let cookies = cookies.filter_map(|value| value.to_str().ok());
    let mut cookies = cookies.flat_map(|value| value.split(';'));
    house.config.server.shop && cookies.any(|pair| pair.trim() == format!("fabrica_paying={id}"))
}

/// How it stands, in the words of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum View {
    Paid,
    Code,
    Working,
    Failed,
    Closed,
}

async fn page(house: &House, id: PaymentId, parts: &Parts) -> Result<Response> {
    let op = house.op(Actor::System("page"), "page", parts);
    let payment = payments::query::get(&op, id).await?;
    let order = orders::query::get(&op, payment.order_id).await?;
    if began_in_the_shop(house, id, parts) {
        let to = [(LOCATION, format!("/shop/orders/{}", order.id))];
        return Ok((StatusCode::SEE_OTHER, to).into_response());
    }
    let view = view(order.status, payment.status);
    let values = context! {
        view => format!("{view:?}").to_lowercase(),
        number => &order.number,
        total => amount(payment.amount()),
        paid_at => payment.paid_at.map(in_taipei),
        bank_code => payment.bank_code,
        virtual_account => payment.virtual_account,
        payment_code => payment.payment_code,
        barcodes => [payment.barcode_1, payment.barcode_2, payment.barcode_3]
            .into_iter().flatten().collect::<Vec<_>>(),
        code_expires_at => payment.code_expires_at.map(in_taipei),
        failure => payment.failure_message,
        again => matches!(view, View::Failed).then(|| flows::pay_by_link::link(&op, &order)),
        refresh => matches!(view, View::Working).then_some(3)
            .or(matches!(view, View::Code).then_some(10)),
    };
    Ok(render(StatusCode::OK, "result.html", values, None))
}

const fn view(order: OrderStatus, payment: PaymentStatus) -> View {
    match (order, payment) {
        (OrderStatus::Paid | OrderStatus::Completed, _) => View::Paid,
        (OrderStatus::Cancelled | OrderStatus::Expired | OrderStatus::Refunded, _) => View::Closed,
        (_, PaymentStatus::AwaitingPayment) => View::Code,
        (_, PaymentStatus::Failed | PaymentStatus::Expired) => View::Failed,
        _ => View::Working,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sea_orm::Iterable;

    #[test]
    fn a_paid_order_is_never_shown_as_anything_else() {
        for payment in PaymentStatus::iter() {
            assert_eq!(view(OrderStatus::Paid, payment), View::Paid);
            assert_eq!(view(OrderStatus::Completed, payment), View::Paid);
        }
    }
}
