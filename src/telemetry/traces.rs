//! Traces, to a collector over OTLP. Without a collector nothing here is asked.
//!
//! Spans are put into a bounded queue and sent by a thread of their own; a full queue loses spans and never keeps
//! a request waiting.

use std::{
    sync::{Mutex, OnceLock, PoisonError},
    time::{Duration, Instant},
};

use axum::http::HeaderMap;
use domain::base::{
    App, TraceParent,
    entropy::uuid_at,
    trace::{self, TARGET},
};
use opentelemetry::{
    Context,
    trace::{
        SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState, TracerProvider,
    },
};
use opentelemetry_otlp::{ExporterBuildError, Protocol, SpanExporter, WithExportConfig};
use opentelemetry_sdk::{
    Resource,
    error::{OTelSdkError, OTelSdkResult},
    trace::{SdkTracer, SdkTracerProvider, SpanData, SpanExporter as Exports},
};
use tracing::{Span, Subscriber};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::{Layer, filter::filter_fn, registry::LookupSpan};

/// How long one batch may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long the last batch may take when the process ends.
const FAREWELL: Duration = Duration::from_secs(3);
/// How often it is said that the collector does not take anything.
const SILENCE: Duration = Duration::from_secs(60);

static PROVIDER: OnceLock<SdkTracerProvider> = OnceLock::new();

/// What sends spans to the collector at this address.
pub(super) fn start<S>(endpoint: &str) -> Result<impl Layer<S> + use<S>, ExporterBuildError>
where
    S: Subscriber + for<'span> LookupSpan<'span> + Send + Sync,
{
    let exporter = SpanExporter::builder()
        .with_http()
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(format!("{}/v1/traces", endpoint.trim_end_matches('/')))
        .with_timeout(PATIENCE)
        .build()?;
    let resource = Resource::builder()
        .with_service_name("fabrica")
        .with_attribute(opentelemetry::KeyValue::new(
            "service.version",
            env!("CARGO_PKG_VERSION"),
        ))
        .build();
    let provider = SdkTracerProvider::builder()
        .with_batch_exporter(Told {
            exporter,
            said: Mutex::new(None),
        })
        .with_resource(resource)
        .build();
    let provider = PROVIDER.get_or_init(|| provider);
    trace::collect_with(join);
    // Only the spans that were made for it: what libraries say of themselves may quote anything.
    let ours = filter_fn(|about| about.is_span() && about.target() == TARGET);
    Ok(tracing_opentelemetry::layer()
        .with_tracer(provider.tracer("fabrica"))
        .with_location(false)
        .with_threads(false)
        .with_target(false)
        .with_tracked_inactivity(false)
        .with_filter(ours))
}

/// Who makes spans; nobody without a collector.
pub(super) fn tracer() -> Option<SdkTracer> {
    PROVIDER.get().map(|provider| provider.tracer("fabrica"))
}

/// Whether there is a collector.
#[must_use]
pub fn are_collected() -> bool {
    PROVIDER.get().is_some()
}

/// Sends what is left. Blocks for three seconds at most; nothing is collected afterwards.
pub fn end() {
    if let Some(provider) = PROVIDER.get()
        && provider.shutdown_with_timeout(FAREWELL).is_err()
    {
        tracing::warn!("the last spans could not be handed to the collector");
    }
}

/// Where a request begins: under what the caller brought, or at a beginning of its own. `span` is new.
pub fn begin(span: &Span, came: Option<TraceParent>, app: &App) -> TraceParent {
    trace::join(span, came);
    let context = span.context();
    let seen = context.span().span_context().clone();
    if seen.is_valid() {
        return TraceParent {
            trace_id: seen.trace_id().to_bytes(),
            span_id: seen.span_id().to_bytes(),
            sampled: seen.is_sampled(),
        };
    }
    came.unwrap_or_else(|| fresh(app))
}

/// A trace that nobody keeps: so that log lines, and those of later deliveries, are found together.
pub fn fresh(app: &App) -> TraceParent {
    let new = || uuid_at(app.entropy.as_ref(), app.clock.now());
    TraceParent {
        trace_id: *new().as_bytes(),
        span_id: new().as_u64_pair().1.to_be_bytes(),
        sampled: false,
    }
}

/// What the caller brought in `traceparent`.
#[must_use]
pub fn brought(headers: &HeaderMap) -> Option<TraceParent> {
    let value = headers.get("traceparent")?.to_str().ok()?;
    TraceParent::parse(value)
}

fn join(span: &Span, parent: &TraceParent) {
    let flags = match parent.sampled {
        true => TraceFlags::SAMPLED,
        false => TraceFlags::NOT_SAMPLED,
    };
    let parent = SpanContext::new(
        TraceId::from_bytes(parent.trace_id),
        SpanId::from_bytes(parent.span_id),
        flags,
        true,
        TraceState::default(),
    );
    let context = Context::new().with_remote_span_context(parent);
    if span.set_parent(context).is_err() {
        tracing::debug!("a span could not be put under another");
    }
}

/// Hands over, and says now and then when that does not go. The library's own words may quote the address,
/// which may hold a password.
#[derive(Debug)]
struct Told {
    exporter: SpanExporter,
    said: Mutex<Option<Instant>>,
}

impl Exports for Told {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let spans = batch.len();
        let outcome = self.exporter.export(batch).await;
        if let Err(error) = &outcome {
            let count = u64::try_from(spans).unwrap_or(u64::MAX);
            metrics::counter!("trace_spans_lost_total").increment(count);
            if self.may_speak() {
                let reason = match error {
                    OTelSdkError::Timeout(_) => "no answer in time",
                    _ => "it cannot be reached, or refuses",
                };
                tracing::warn!(reason, spans, "the collector took no traces");
            }
        }
        outcome
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.exporter.shutdown_with_timeout(timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.exporter.set_resource(resource);
    }
}

impl Told {
    fn may_speak(&self) -> bool {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        if said.is_some_and(|at| at.elapsed() < SILENCE) {
            return false;
        }
        *said = Some(Instant::now());
        true
    }
}
