//! Logs and figures. Lines never hold variables, tokens or bodies.

use std::{io::IsTerminal, time::Duration};

use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;

use crate::config::{LogFormat, Logging};

/// Upper edges of the classes that durations are counted in, in seconds.
const DURATIONS: [f64; 11] = [
    0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0,
];

/// Starts writing log lines to standard error. Does nothing when somebody has started already.
pub fn start_logging(logging: &Logging) {
    // What these say of each statement and tick is news to nobody; whoever wants it can ask for it.
    let filter = format!(
        "sea_orm_migration=warn,sqlx=warn,tokio_cron_scheduler=warn,{}",
        logging.filter
    );
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    let started = match logging.format {
        LogFormat::Json => builder
            .json()
            .flatten_event(true)
            .with_span_list(false)
            .try_init(),
        LogFormat::Text => builder
            .compact()
            .with_target(false)
            // Colours are for eyes, not for files.
            .with_ansi(std::io::stderr().is_terminal())
            .try_init(),
    };
    if started.is_err() {
        tracing::debug!("logging was started before");
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
