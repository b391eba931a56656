//! The outermost layer: gives each request its id, catches panics, counts, and writes the one log line.

use std::{panic::AssertUnwindSafe, time::Instant};

use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderValue, StatusCode},
    middleware::Next,
    response::Response,
};
use futures_util::FutureExt;
use tracing::Instrument;

use super::{
    answer::json_error,
    house::House,
    record::{ErrorCode, Record},
    request_id::{self, RequestId},
};

/// The layer.
pub async fn observe(State(house): State<House>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = request_id::of(request.headers(), &house.app);
    let method = request.method().clone();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "none".to_owned(), |path| path.as_str().to_owned());
    request.extensions_mut().insert(id.clone());
    let span = tracing::info_span!("request", request_id = %id.0);
    let answered = AssertUnwindSafe(next.run(request).instrument(span.clone()))
        .catch_unwind()
        .await;
    let mut response = answered.unwrap_or_else(|_| after_panic(&id));
    if let Ok(value) = HeaderValue::from_str(&id.0) {
        response.headers_mut().insert(request_id::HEADER, value);
    }
    let status = response.status().as_u16();
    let duration = started.elapsed();
    let labels = [("route", route.clone()), ("status", status.to_string())];
    metrics::counter!("http_requests_total", &labels).increment(1);
    metrics::histogram!("http_request_duration_seconds", "route" => route.clone())
        .record(duration.as_secs_f64());
    let duration_ms = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    let code = response.extensions().get::<ErrorCode>();
    let code = code.map(|code| code.0.as_str());
    let record = response.extensions().get::<Record>();
    let actor = record.and_then(|record| record.actor.as_deref());
    let operation = record.and_then(|record| record.operation.as_ref());
    if let Some(operation) = operation {
        operation.count(code);
    }
    let operation_name = operation.and_then(|operation| operation.name.as_deref());
    let op_hash = operation.map(|operation| &*operation.hash);
    let cost = operation.map(|operation| operation.cost);
    tracing::info!(
        request_id = %id.0, %method, route, status, duration_ms,
        actor, operation_name, op_hash, cost, code, "answered"
    );
    response
}

/// Counts a panic that was caught, and says in the log whose request it was.
pub(super) fn note_panic(request_id: &str) {
    // The panic hook has written where it was; its message may quote data and is not repeated.
    metrics::counter!("panics_total").increment(1);
    tracing::error!(%request_id, "a request panicked");
}

fn after_panic(id: &RequestId) -> Response {
    note_panic(&id.0);
    json_error(
        StatusCode::INTERNAL_SERVER_ERROR,
        "INTERNAL_SERVER_ERROR",
        domain::base::error::MASKED,
        id,
    )
}
