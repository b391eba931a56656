//! Looking for runs that no tick brings: slots that nobody was there for, and runs that people asked for.

use std::{sync::Arc, time::Duration};

use domain::base::{
    App, Op, Result, Topic, job_request, job_run,
    jobs::{Job, jobs_of},
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
            tracing::info!(job = job.name, %slot, "a missed slot is caught up");
            runner.begin(job, slot);
        }
    }
    Ok(())
}

async fn missed(op: &Op, job: &Job) -> Result<Option<chrono::DateTime<chrono::Utc>>> {
    let known = job_run::last(op, job.name).await?;
    Ok(job.missed_slot(op.machine_now(), &known))
}
