//! Looking for what no tick brings: slots that nobody was there for, runs that were cut off, and runs that people
//! asked for; and at what waits in queues, for the figures.

use std::{sync::Arc, time::Duration};

use domain::{
    audit,
    base::{
        App, Op, Result, Topic, job_request, job_run,
        jobs::{Job, jobs_of},
    },
    notify::{self, query::Backlog},
};
use tokio_util::sync::CancellationToken;

use super::run::Runner;

/// How often it is looked without a poke.
const EVERY: Duration = Duration::from_secs(10);

/// Looks at once, then whenever somebody asks for a run, and every so often; until `stop`.
pub(super) async fn keep_looking(app: Arc<App>, runner: Runner, stop: CancellationToken) {
    // Listen first, look afterwards: then no request is missed.
    let mut listener = app.hub.listen(Topic::Jobs);
    loop {
        let op = Op::system(Arc::clone(&app), "clockwork", "job");
        if let Err(error) = look(&op, &runner).await {
            tracing::error!(error = ?error, "the clockwork could not look for missed slots");
        }
        tokio::select! {
            () = listener.poked() => {}
            () = tokio::time::sleep(EVERY) => {}
            () = stop.cancelled() => return,
        }
    }
}

async fn look(op: &Op, runner: &Runner) -> Result<()> {
    for (job, slot) in job_request::waiting(op).await? {
        runner.begin(job, slot);
    }
    for job in jobs_of(&op.app().policy) {
        if let Some(slot) = missed(op, job).await? {
            // Every start and every long run leaves some; what each job did is in its runs.
            tracing::debug!(job = job.name, %slot, "a missed slot is caught up");
            runner.begin(job, slot);
        } else if let Some(slot) = job_run::cut_off(op, job.name).await? {
            tracing::info!(job = job.name, %slot, "a run that was cut off is taken again");
            runner.begin(job, slot);
        }
    }
    show(&notify::query::backlog(op).await?);
    let waits = audit::query::lag(op).await?;
    metrics::gauge!("audit_seal_lag_seconds").set(waits.as_seconds_f64());
    Ok(())
}

fn show(backlog: &Backlog) {
    metrics::gauge!("outbox_lag_seconds").set(backlog.lag.as_seconds_f64());
    metrics::gauge!("outbox_dead_letters").set(u32::try_from(backlog.dead).unwrap_or(u32::MAX));
}

async fn missed(op: &Op, job: &Job) -> Result<Option<chrono::DateTime<chrono::Utc>>> {
    let known = job_run::last(op, job.name).await?;
    Ok(job.missed_slot(op.machine_now(), &known))
}
