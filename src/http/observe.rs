//! The outermost layer: gives each request its id, catches panics, counts, and writes the one log line.

use std::{panic::AssertUnwindSafe, time::Instant};

use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode},
    middleware::Next,
    response::Response,
};
use domain::base::{TraceParent, trace::TARGET};
use futures_util::FutureExt;
use opentelemetry::{
    KeyValue, Value,
    trace::{Status, TraceContextExt},
};
use tracing::{Instrument, Span};
use tracing_opentelemetry::OpenTelemetrySpanExt;

use crate::telemetry::traces;

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
    let kept = tracing::info_span!(
        target: TARGET, "request", otel.kind = "server", request_id = %id.0,
    );
    let trace = traces::begin(&kept, came(&route, request.headers(), &house), &house.app);
    let trace_id = trace.trace_id();
    // The span for lines is the inner one: it is what tasks of a request carry on.
    let span = tracing::info_span!("request", request_id = %id.0, trace_id);
    request.extensions_mut().insert(trace);
    let answered = AssertUnwindSafe(next.run(request).instrument(span).instrument(kept.clone()))
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
    describe(&kept, &method, &route, status, code, record);
    tracing::info!(
        request_id = %id.0, trace_id, %method, route, status, duration_ms,
        actor, operation_name, op_hash, cost, code, "answered"
    );
    response
}

/// What the caller brought; of a probe that comes every few seconds nothing is kept.
fn came(route: &str, headers: &HeaderMap, house: &House) -> Option<TraceParent> {
    if route == "/metrics" || route.starts_with("/health/") {
        return Some(traces::fresh(&house.app));
    }
    traces::brought(headers)
}

/// What the span of a request says of it, when it is kept.
fn describe(
    span: &Span,
    method: &Method,
    route: &str,
    status: u16,
    code: Option<&str>,
    record: Option<&Record>,
) {
    let context = span.context();
    let kept = context.span();
    if !kept.is_recording() {
        return;
    }
    kept.update_name(format!("{method} {route}"));
    let say = |key: &'static str, value: Value| kept.set_attribute(KeyValue::new(key, value));
    say("http.request.method", method.as_str().to_owned().into());
    say("http.route", route.to_owned().into());
    say("http.response.status_code", i64::from(status).into());
    if let Some(code) = code {
        say("code", code.to_owned().into());
    }
    if let Some(actor) = record.and_then(|record| record.actor.clone()) {
        say("actor", actor.into());
    }
    if let Some(operation) = record.and_then(|record| record.operation.as_ref()) {
        if let Some(name) = &operation.name {
            say("graphql.operation.name", name.clone().into());
        }
        say("op_hash", operation.hash.to_string().into());
        say(
            "cost",
            i64::try_from(operation.cost).unwrap_or(i64::MAX).into(),
        );
    }
    if status >= 500 {
        kept.set_status(Status::error("answered with a failure of ours"));
    }
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
