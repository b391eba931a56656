//! Logs, traces and figures. None of them holds variables, tokens, bodies, or what belongs to a customer.

use std::{io::IsTerminal, time::Duration};

use domain::base::trace::TARGET;
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use opentelemetry_otlp::ExporterBuildError;
use secrecy::ExposeSecret;
use tracing_subscriber::{
    EnvFilter, Layer, Registry,
    filter::{FilterExt, filter_fn},
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

use crate::config::{LogFormat, Logging};

pub mod figures;
pub mod gauges;
pub mod statements;
pub mod traces;

/// Upper edges of the classes that durations are counted in, in seconds.
const DURATIONS: [f64; 11] = [
    0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0,
];

/// Starts writing log lines to standard error, and traces to a collector when one is named. Does nothing when
/// somebody has started already.
///
/// # Errors
/// The collector's address is none.
pub fn start(logging: &Logging) -> Result<(), ExporterBuildError> {
    let traces = logging
        .collector
        .as_ref()
        .map(|address| traces::start(address.expose_secret()))
        .transpose()?;
    let started = Registry::default()
        .with(lines(logging))
        .with(traces)
        .try_init();
    if started.is_err() {
        tracing::debug!("logging was started before");
    }
    Ok(())
}

/// What writes the lines.
fn lines(logging: &Logging) -> Box<dyn Layer<Registry> + Send + Sync> {
    // What these say of each statement and tick is news to nobody; whoever wants it can ask for it.
    let filter = format!(
        "sea_orm_migration=warn,sqlx=warn,tokio_cron_scheduler=warn,{}",
        logging.filter
    );
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("info"));
    // Spans for the collector are not for the log: a line stands in the span of its request.
    let filter = filter.and(filter_fn(|about| about.target() != TARGET));
    let layer = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    match logging.format {
        LogFormat::Json => layer
            .json()
            .flatten_event(true)
            .with_span_list(false)
            .with_filter(filter)
            .boxed(),
        LogFormat::Text => layer
            .compact()
            .with_target(false)
            // Colours are for eyes, not for files.
            .with_ansi(std::io::stderr().is_terminal())
            .with_filter(filter)
            .boxed(),
    }
}

/// The figures of this process, whoever counts them.
///
/// # Errors
/// The classes of durations are empty, which they are not.
pub fn start_metrics() -> Result<PrometheusHandle, BuildError> {
    let recorder = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &DURATIONS)?
        .build_recorder();
    let handle = recorder.handle();
    // In tests several servers share a process; the first one counts.
    if metrics::set_global_recorder(recorder).is_err() {
        tracing::debug!("figures are counted already");
    }
    figures::describe();
    Ok(handle)
}

/// Tidies the figures every few seconds, so that they do not pile up when nobody fetches them.
pub async fn keep_tidy(handle: PrometheusHandle) {
    let mut every = tokio::time::interval(Duration::from_secs(5));
    loop {
        every.tick().await;
        handle.run_upkeep();
    }
}
