//! The simulator's addresses, to be nested below its prefix.

use std::sync::Arc;

use adapters::simulator::{Control, FaultPlan, Page, Simulator};
use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, Query, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::Deserialize;

/// Longer bodies are not read.
const MOST_BYTES: usize = 64 * 1024;

type House = State<Arc<Simulator>>;

/// Everything that ECPay's payment host answers, and what developers need besides.
pub fn router(simulator: Arc<Simulator>) -> Router {
    Router::new()
        .route("/Cashier/AioCheckOut/V5", post(checkout))
        .route("/Cashier/QueryTradeInfo/V5", post(query))
        .route("/CreditDetail/DoAction", post(act_on_card))
        .route("/CreditDetail/QueryTrade/V2", post(query_card))
        .route("/Cashier/QueryCreditCardPeriodInfo", post(query_contract))
        .route("/Cashier/CreditCardPeriodAction", post(act_on_contract))
        .route("/trades/{number}", get(show))
        .route("/trades/{number}/card", post(pay_by_card))
        .route("/trades/{number}/pay", post(pay_code))
        .route("/control", get(faults).post(control))
        .route("/", get(list))
        .layer(DefaultBodyLimit::max(MOST_BYTES))
        .with_state(simulator)
}

async fn checkout(State(simulator): House, body: Bytes) -> Response {
    respond(simulator.checkout(&body))
}

async fn query(State(simulator): House, body: Bytes) -> Response {
    plain(simulator.query(&body))
}

async fn act_on_card(State(simulator): House, body: Bytes) -> Response {
    simulator.act_on_card(&body).map_or_else(lost, plain)
}

async fn query_card(State(simulator): House, body: Bytes) -> Response {
    simulator.query_card(&body).map_or_else(lost, plain)
}

/// An answer that never arrives, as far as anybody can tell from what does.
fn lost() -> Response {
    StatusCode::BAD_GATEWAY.into_response()
}

async fn query_contract(State(simulator): House, body: Bytes) -> Response {
    plain(simulator.query_contract(&body))
}

async fn act_on_contract(State(simulator): House, body: Bytes) -> Response {
    plain(simulator.act_on_contract(&body))
}

/// As ECPay answers servers, whatever it says.
fn plain(text: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; sandbox",
        ),
    ];
    (headers, text).into_response()
}

/// What a link may fill in.
#[derive(Deserialize)]
struct Filled {
    card: Option<String>,
}

async fn show(
    State(simulator): House,
    Path(number): Path<String>,
    Query(filled): Query<Filled>,
) -> Response {
    respond(simulator.show(&number, filled.card.as_deref()))
}

async fn pay_by_card(State(simulator): House, Path(number): Path<String>, body: Bytes) -> Response {
    respond(simulator.pay_by_card(&number, &body))
}

async fn pay_code(State(simulator): House, Path(number): Path<String>) -> Response {
    respond(simulator.pay_code(&number))
}

async fn list(State(simulator): House) -> Response {
    respond(simulator.list())
}

async fn faults(State(simulator): House) -> Json<FaultPlan> {
    Json(simulator.faults())
}

async fn control(State(simulator): House, Json(order): Json<Control>) -> Response {
    match order {
        Control::Faults(plan) => {
            simulator.set_faults(plan);
            Json(simulator.faults()).into_response()
        }
        Control::Charge(charging) => match simulator.charge(&charging.charge) {
            Some(contract) => Json(contract).into_response(),
            None => (StatusCode::NOT_FOUND, "no contract that could be charged\n").into_response(),
        },
    }
}

fn respond(page: Page) -> Response {
    let status = StatusCode::from_u16(page.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8".to_owned()),
        (
            header::CONTENT_SECURITY_POLICY,
            page.content_security_policy,
        ),
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (header::REFERRER_POLICY, "no-referrer".to_owned()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    (status, headers, page.html).into_response()
}
