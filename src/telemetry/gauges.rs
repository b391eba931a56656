//! Figures that are read and not counted: when they are fetched, with a statement or two, and then not again for a
//! while, however many fetch them.

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use domain::{
    base::{App, Result, backups},
    payments,
};
use tokio::sync::Mutex;

use crate::{app, config::Config};

/// For how long what was read is good.
const FRESH: Duration = Duration::from_secs(5);
/// A database that does not answer in this time leaves the figures as they were.
const PATIENCE: Duration = Duration::from_secs(2);

/// The figures that are read.
#[derive(Debug)]
pub struct Gauges {
    /// The write-ahead log of an `SQLite` file.
    log: Option<PathBuf>,
    read: Mutex<Option<Instant>>,
}

impl Gauges {
    /// Those of a server with these settings.
    #[must_use]
    pub fn of(config: &Config) -> Self {
        let log = app::sqlite_file(config).map(|file| {
            let mut log = file.into_os_string();
            log.push("-wal");
            PathBuf::from(log)
        });
        Self {
            log,
            read: Mutex::new(None),
        }
    }

    /// Reads them, unless that was done a moment ago.
    pub async fn refresh(&self, app: &App) {
        let mut read = self.read.lock().await;
        if read.is_some_and(|at| at.elapsed() < FRESH) {
            return;
        }
        *read = Some(Instant::now());
        if let Some(log) = &self.log {
            let bytes = tokio::fs::metadata(log).await.map_or(0, |file| file.len());
            metrics::gauge!("sqlite_wal_bytes").set(in_figures(bytes));
        }
        let read = tokio::time::timeout(PATIENCE, read_from_database(app)).await;
        if !matches!(read, Ok(Ok(()))) {
            tracing::warn!("figures could not be read from the database");
        }
    }
}

async fn read_from_database(app: &App) -> Result<()> {
    for (age, count) in payments::ages::of_unknown(app).await? {
        metrics::gauge!("payments_unknown", "age" => age).set(in_figures(count));
    }
    // Not shown where none was ever made: no number would be true.
    if let Some(taken) = backups::last(&app.database).await? {
        let age = app.clock.now() - taken;
        metrics::gauge!("backup_age_seconds").set(age.as_seconds_f64().max(0.0));
    }
    Ok(())
}

/// What Prometheus counts in; exact below 2^53.
fn in_figures(count: u64) -> f64 {
    let high = u32::try_from(count >> 32).unwrap_or(u32::MAX);
    let low = u32::try_from(count & 0xffff_ffff).unwrap_or(u32::MAX);
    f64::from(high).mul_add(4_294_967_296.0, f64::from(low))
}
