//! Running the jobs.

use std::{collections::HashMap, sync::Arc};

use chrono::{DateTime, Utc};
use domain::base::{
    App, Op, job_run,
    jobs::{JOBS, Job, jobs_of},
};
use tokio::sync::Mutex;
use tokio_cron_scheduler::{Job as CronJob, JobScheduler, JobSchedulerError};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    look::keep_looking,
    work::{move_when_set, send_when_poked, work},
};

/// The running clockwork.
pub struct Jobs {
    scheduler: JobScheduler,
    running: TaskTracker,
}

/// Starts every job. After `stop` is cancelled no run begins any more.
///
/// # Errors
/// The scheduler cannot be started.
pub async fn start(app: Arc<App>, stop: CancellationToken) -> Result<Jobs, JobSchedulerError> {
    let scheduler = JobScheduler::new().await?;
    let runner = Runner::new(Arc::clone(&app), stop.clone());
    for job in jobs_of(&app.policy) {
        let runner = runner.clone();
        let tick = CronJob::new_async(schedule(job.every_seconds), move |_, _| {
            runner.tick(job);
            Box::pin(std::future::ready(()))
        })?;
        scheduler.add(tick).await?;
    }
    scheduler.start().await?;
    let running = runner.running.clone();
    running.spawn(send_when_poked(Arc::clone(&app), stop.clone()));
    if app.policy.test_clocks {
        running.spawn(move_when_set(Arc::clone(&app), stop.clone()));
    }
    running.spawn(keep_looking(app, runner, stop));
    Ok(Jobs { scheduler, running })
}

impl Jobs {
    /// Lets the runs that have begun finish, and begins no more.
    pub async fn stop(mut self) {
        if let Err(error) = self.scheduler.shutdown().await {
            tracing::warn!(%error, "the scheduler did not stop cleanly");
        }
        self.running.close();
        self.running.wait().await;
    }
}

/// The scheduler's word for "every so many seconds", at the beginning of each slot. `every_seconds` divides the hour,
/// or is a number of hours that divides the day.
fn schedule(every_seconds: u32) -> String {
    match every_seconds {
        ..60 => format!("*/{every_seconds} * * * * *"),
        60..3600 => format!("0 */{} * * * *", every_seconds / 60),
        _ => format!("0 0 */{} * * *", every_seconds / 3600),
    }
}

/// Begins runs, in tasks of their own.
#[derive(Clone)]
pub(super) struct Runner {
    app: Arc<App>,
    stop: CancellationToken,
    running: TaskTracker,
    /// A run that takes longer than its interval is not run twice at once by this process.
    alone: Arc<HashMap<&'static str, Arc<Mutex<()>>>>,
}

impl Runner {
    fn new(app: Arc<App>, stop: CancellationToken) -> Self {
        let alone = JOBS.iter().map(|job| (job.name, Arc::default())).collect();
        Self {
            app,
            stop,
            running: TaskTracker::new(),
            alone: Arc::new(alone),
        }
    }

    /// Begins the run of the slot that it is now.
    fn tick(&self, job: &'static Job) {
        self.begin(job, job.slot_at(self.app.clock.now()));
    }

    /// Begins the run of this slot, unless the job runs here already, or another replica has the slot.
    pub(super) fn begin(&self, job: &'static Job, slot: DateTime<Utc>) {
        if self.stop.is_cancelled() {
            return;
        }
        let Some(Ok(alone)) = self
            .alone
            .get(job.name)
            .map(|alone| Arc::clone(alone).try_lock_owned())
        else {
            return;
        };
        let app = Arc::clone(&self.app);
        self.running.spawn(async move {
            run_slot(app, job, slot).await;
            drop(alone);
        });
    }
}

/// Does a slot of a job, unless another replica has it.
async fn run_slot(app: Arc<App>, job: &'static Job, slot: DateTime<Utc>) {
    let op = Op::system(app, job.name, "job");
    match job_run::claim(&op, job.name, slot).await {
        Ok(true) => {}
        Ok(false) => {
            metrics::counter!("job_slot_claim_total", "job" => job.name, "won" => "no")
                .increment(1);
            return;
        }
        Err(error) => {
            tracing::error!(job = job.name, error = ?error, "a job could not take its slot");
            return;
        }
    }
    metrics::counter!("job_slot_claim_total", "job" => job.name, "won" => "yes").increment(1);
    let late = (op.machine_now() - slot).as_seconds_f64().max(0.0);
    metrics::gauge!("job_lateness_seconds", "job" => job.name).set(late);
    let until = job.slot_at(op.machine_now()) + job.every();
    let outcome = work(&op, job.work, until).await;
    match &outcome {
        Ok(0) => {}
        Ok(handled) => tracing::info!(job = job.name, handled, "a job ran"),
        Err(error) => tracing::error!(job = job.name, error = ?error, "a job failed"),
    }
    if let Err(error) = job_run::finish(&op, job.name, slot, &outcome).await {
        tracing::error!(job = job.name, error = ?error, "a job's end could not be noted");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_job_ticks_at_the_beginning_of_its_slots() {
        for job in JOBS {
            let every = job.every_seconds;
            let divides = match every {
                ..60 => 60 % every == 0,
                60..3600 => 3600 % every == 0 && every % 60 == 0,
                _ => 86_400 % every == 0 && every % 3600 == 0,
            };
            assert!(divides, "{} every {every} s", job.name);
        }
        assert_eq!(schedule(10), "*/10 * * * * *");
        assert_eq!(schedule(300), "0 */5 * * * *");
        assert_eq!(schedule(3600), "0 0 */1 * * *");
        for every in [5, 300, 3600] {
            let job = CronJob::new(schedule(every), |_, _| {});
            assert!(job.is_ok(), "{every}");
        }
    }
}
