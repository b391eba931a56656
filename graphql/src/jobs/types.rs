//! A job as it is shown.

use async_graphql::{Context, Object, Result};
use chrono::{DateTime, Utc};
use domain::base::{Op, job_run, jobs};
use entity::base::job_run as row;

use crate::base::{Ask, error::outward};

/// How many of its last runs a job shows.
const RUNS: u64 = 10;

/// Something that runs by itself.
#[derive(Clone, Copy, Debug)]
pub struct Job(pub &'static jobs::Job);

/// Something that runs by itself.
#[Object]
impl Job {
    /// Its name: for `runJob`, in logs and figures.
    async fn name(&self) -> &str {
        self.0.name
    }

    /// What it is for.
    async fn purpose(&self) -> &str {
        self.0.purpose
    }

    /// How often it runs, in seconds.
    async fn every_seconds(&self) -> u32 {
        self.0.every_seconds
    }

    /// When its next slot begins.
    async fn next_slot_at(&self, context: &Context<'_>) -> Result<DateTime<Utc>> {
        let now = context.op()?.machine_now();
        Ok(self.0.slot_at(now) + self.0.every())
    }

    /// Its last ten runs, newest first. Runs are kept for a week.
    async fn runs(&self, context: &Context<'_>) -> Result<Vec<JobRun>> {
        let op = context.op()?;
        let rows = job_run::latest(op, self.0.name, RUNS)
            .await
            .map_err(outward)?;
        Ok(rows
            .into_iter()
            .map(|begun| JobRun {
                slot_at: begun.slot_at,
                begun: Some(begun),
            })
            .collect())
    }
}

/// A run of a job.
#[derive(Clone, Debug)]
pub struct JobRun {
    slot_at: DateTime<Utc>,
    /// Its row, once somebody took the slot.
    begun: Option<row::Model>,
}

impl JobRun {
    /// The run of a slot, begun or not.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn of(op: &Op, job: &jobs::Job, slot_at: DateTime<Utc>) -> Result<Self> {
        let begun = job_run::find(op, job.name, slot_at)
            .await
            .map_err(outward)?;
        Ok(Self { slot_at, begun })
    }
}

/// A run of a job.
#[Object]
impl JobRun {
    /// For which slot of the schedule; of a run that was asked for, when it was.
    async fn slot_at(&self) -> DateTime<Utc> {
        self.slot_at
    }

    /// When it began; `null` for one that was asked for and waits.
    async fn started_at(&self) -> Option<DateTime<Utc>> {
        self.begun.as_ref().map(|run| run.started_at)
    }

    /// When it ended; `null` while it runs, or when it was cut off.
    async fn finished_at(&self) -> Option<DateTime<Utc>> {
        self.begun.as_ref().and_then(|run| run.finished_at)
    }

    /// How many things it dealt with; `null` until it ended.
    async fn handled(&self) -> Option<i64> {
        let ended = self.begun.as_ref().filter(|run| run.finished_at.is_some());
        ended.map(|run| run.handled)
    }

    /// What went wrong: a code.
    async fn error(&self) -> Option<&str> {
        self.begun.as_ref().and_then(|run| run.error.as_deref())
    }

    /// Whether it was cut off: it has no end, and for a minute its process has given no sign of life. The newest such
    /// run of a job is taken again by another replica.
    async fn is_cut_off(&self, context: &Context<'_>) -> Result<bool> {
        let now = context.op()?.machine_now();
        let begun = self.begun.as_ref();
        Ok(begun.is_some_and(|run| job_run::is_cut_off(run, now)))
    }
}
