//! ECPay's side door. Commit first, then `1|OK`; what is not durable is answered 503, so that ECPay comes again;
//! a forgery gets 400 before any database is asked.

use std::time::{Duration, Instant};

use adapters::ecpay::Rejected;
use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
    routing::post,
};
use domain::{
    base::{Actor, Error, Result, trace},
    flows::{self, receive_notice::Received},
};
use entity::payments::NoticeKind;
use tracing::Instrument;

use crate::again::again;
use crate::http::{
    House,
    body::{self, Unread},
    caller, pages,
};

/// ECPay's longest form is about three thousand bytes.
const MOST_BYTES: usize = 16 * 1024;
/// ECPay waits ten seconds; a database that does not answer in this time will not either.
const PATIENCE: Duration = Duration::from_millis(2500);

/// The five addresses.
pub fn router(house: House) -> Router {
    Router::new()
        .route("/ecpay/notify", post(notify))
        .route("/ecpay/payment-info", post(payment_info))
        .route("/ecpay/period", post(period))
        .route("/ecpay/result", post(browser_return))
        .route("/ecpay/client-redirect", post(browser_return))
        .with_state(house)
}

async fn notify(state: State<House>, parts: Parts, body: Body) -> Response {
    take_in(state, NoticeKind::Payment, parts, body).await
}

async fn payment_info(state: State<House>, parts: Parts, body: Body) -> Response {
    take_in(state, NoticeKind::PaymentInfo, parts, body).await
}

async fn period(state: State<House>, parts: Parts, body: Body) -> Response {
    take_in(state, NoticeKind::Period, parts, body).await
}

async fn take_in(
    State(house): State<House>,
    kind: NoticeKind,
    parts: Parts,
    body: Body,
) -> Response {
    let body = match whole(&house, body).await {
        Ok(body) => body,
        Err(refusal) => return refusal,
    };
    let notice = match house.ecpay.read_notice(kind, &body) {
        Ok(notice) => notice,
        Err(rejected) => return reject(rejected, &house, &parts),
    };
    let op = house.op(Actor::System("ecpay"), "callback", &parts);
    // A task of its own: what was begun is finished, even when ECPay hangs up.
    let span = tracing::info_span!(target: trace::TARGET, "notice", kind = ?kind);
    let receiving = async move {
        let collided = |answer: &Result<Received>| matches!(answer, Err(Error::Collided));
        let entropy = op.app().entropy.as_ref();
        again(entropy, "callback", collided, || {
            flows::receive_notice(&op, &notice)
        })
        .await
    };
    let began = Instant::now();
    let received = tokio::spawn(receiving.instrument(span).in_current_span());
    match tokio::time::timeout(PATIENCE, received).await {
        Ok(Ok(Ok(received))) => {
            metrics::histogram!("callback_commit_seconds", "gateway" => "ecpay")
                .record(began.elapsed().as_secs_f64());
            count(match received {
                Received::Done => "done",
                Received::Quarantined => "quarantined",
                Received::Stored => "stored",
            });
            plain(StatusCode::OK, "1|OK")
        }
        unfinished => {
            tracing::error!(
                ?unfinished,
                "a notice could not be made durable; ECPay will come again"
            );
            count("unavailable");
            let retry = [(header::RETRY_AFTER, "60")];
            (
                retry,
                plain(StatusCode::SERVICE_UNAVAILABLE, "0|Try again later"),
            )
                .into_response()
        }
    }
}

/// The shopper's browser comes back. It is shown how things stand, whatever it brought: the notice decides.
async fn browser_return(State(house): State<House>, parts: Parts, body: Body) -> Response {
    let body = match whole(&house, body).await {
        Ok(body) => body,
        Err(refusal) => return refusal,
    };
    let brought = match house.ecpay.verify_result(&body) {
        Ok(brought) => brought,
        Err(rejected) => {
            reject(rejected, &house, &parts);
            return pages::problem::page(StatusCode::BAD_REQUEST, pages::problem::Problem::Forged);
        }
    };
    let op = house.op(Actor::System("ecpay"), "callback", &parts);
    match pages::result::link_after_return(&op, &brought.merchant_trade_no).await {
        Ok(link) => (StatusCode::SEE_OTHER, [(header::LOCATION, link)]).into_response(),
        Err(error) => pages::problem::of(&error),
    }
}

/// The whole body, or the refusal that its sender gets to read.
async fn whole(house: &House, body: Body) -> Result<Bytes, Response> {
    body::read(body, MOST_BYTES, house.limits.body)
        .await
        .map_err(|unread| {
            count("unread");
            match unread {
                Unread::TooLarge => plain(StatusCode::PAYLOAD_TOO_LARGE, "0|Too large"),
                Unread::TooSlow => plain(StatusCode::REQUEST_TIMEOUT, "0|Too slow"),
                Unread::Broken => plain(StatusCode::BAD_REQUEST, "0|Malformed"),
            }
        })
}

fn reject(rejected: Rejected, house: &House, parts: &Parts) -> Response {
    let origin = caller::origin(house, &parts.headers, &parts.extensions);
    tracing::warn!(reason = %rejected, address = %origin.address, "a callback was rejected");
    count(rejected.name());
    plain(StatusCode::BAD_REQUEST, rejected.reply())
}

fn count(result: &'static str) {
    metrics::counter!("callback_total", "gateway" => "ecpay", "result" => result).increment(1);
}

fn plain(status: StatusCode, body: &'static str) -> Response {
    (status, [(header::CONTENT_TYPE, "text/plain")], body).into_response()
}
