//! The page behind the payment link of a mail: what the order is, how it can be paid, and a button for each way. The
//! link is what lets somebody in; nobody logs in here.

use axum::{
    Form,
    extract::{Path, State},
    http::{StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use domain::{
    base::{Actor, Error, Op, Result, links::Purpose},
    flows::{self, BeginPayment, LinkedOrder},
};
use entity::{
    id::{OrderId, PaymentId},
    orders::OrderStatus,
    payments::PaymentMethod,
};
use minijinja::{Value, context};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::{
    problem::{self, Problem},
    result,
    template::{amount, in_taipei, render},
};
use crate::http::House;

/// Longer forms are not read.
pub const MOST_BYTES: usize = 1024;

/// What a button sends.
#[derive(Deserialize)]
pub struct Choice {
    method: PaymentMethod,
    /// One for each time that the page was shown: pressed twice, a button does one thing.
    nonce: String,
}

/// The page.
pub async fn show(State(house): State<House>, Path(token): Path<String>, parts: Parts) -> Response {
    let Some(id) = order_of(&house, &token) else {
        return problem::page(StatusCode::NOT_FOUND, Problem::Link);
    };
    let op = operation(&house, &parts);
    match page(&op, id, &token, StatusCode::OK).await {
        Ok(page) => page,
        Err(error) => problem::of(&error),
    }
}

/// A button was pressed: a payment is begun, and the browser goes on to its page.
pub async fn pay(
    State(house): State<House>,
    Path(token): Path<String>,
    parts: Parts,
    Form(choice): Form<Choice>,
) -> Response {
    let Some(id) = order_of(&house, &token) else {
        return problem::page(StatusCode::NOT_FOUND, Problem::Link);
    };
    let op = operation(&house, &parts);
    match begin(&op, id, &token, &choice).await {
        Ok(answer) => answer,
        Err(error) => problem::of(&error),
    }
}

fn operation(house: &House, parts: &Parts) -> Op {
    house.op(Actor::System("pay_link"), "page", parts)
}

fn order_of(house: &House, token: &str) -> Option<OrderId> {
    let now = house.app.clock.now();
    let id = house.app.links.open(Purpose::Order, token, now)?;
    id.parse().ok()
}

async fn begin(op: &Op, id: OrderId, token: &str, choice: &Choice) -> Result<Response> {
    let begin = BeginPayment {
        order_id: id,
        method: choice.method,
    };
    match flows::begin_linked_payment(op, begin, &key(token, choice)).await {
        Ok(begun) => {
            let to = [(header::LOCATION, begun.redirect_url)];
            Ok((StatusCode::SEE_OTHER, to).into_response())
        }
        // Somebody paid or closed it while the page stood open: it is shown as it is now.
        Err(Error::Refused { .. } | Error::Invalid { .. }) => {
            page(op, id, token, StatusCode::CONFLICT).await
        }
        Err(error) => Err(error),
    }
}

fn key(token: &str, choice: &Choice) -> String {
    let text = format!("{token}\n{:?}\n{}", choice.method, choice.nonce);
    hex::encode(Sha256::digest(text))
}

async fn page(op: &Op, id: OrderId, token: &str, status: StatusCode) -> Result<Response> {
    let linked = flows::linked_order(op, id).await?;
    let nonce: PaymentId = op.new_id();
    let values = context! {
        view => view(&linked),
        refused => status == StatusCode::CONFLICT,
        action => format!("/pay/order/{token}"),
        nonce => nonce.to_string(),
        number => &linked.order.number,
        total => amount(linked.order.total()),
        pay_until => in_taipei(linked.pay_until),
        paid_at => linked.order.paid_at.map(in_taipei),
        lines => lines(&linked),
        methods => linked.methods.iter().map(|method| button(*method)).collect::<Vec<_>>(),
        under_way => linked.under_way.as_ref().map(|payment| result::link(op, payment)),
    };
    Ok(render(status, "order.html", values, Some("'self'")))
}

/// How it stands, in the words of the page.
const fn view(linked: &LinkedOrder) -> &'static str {
    match linked.order.status {
        OrderStatus::Paid | OrderStatus::Completed => "paid",
        _ if linked.methods.is_empty() => "closed",
        _ => "ask",
    }
}

fn lines(linked: &LinkedOrder) -> Vec<Value> {
    let lines = linked.lines.iter();
    lines
        .map(|line| {
            context! {
                name => &line.description, quantity => line.quantity, amount => amount(line.amount()),
            }
        })
        .collect()
}

fn button(method: PaymentMethod) -> Value {
    let (value, chinese, english) = match method {
        PaymentMethod::Atm => ("ATM", "ATM 轉帳", "Bank transfer"),
        PaymentMethod::Cvs => ("CVS", "超商代碼", "Store code"),
        PaymentMethod::Barcode => ("BARCODE", "超商條碼", "Store barcode"),
        PaymentMethod::CreditCard | PaymentMethod::CreditCardPeriodic | PaymentMethod::Free => {
            ("CREDIT_CARD", "信用卡", "Credit card")
        }
    };
    context! { value, chinese, english }
}
