//! Running the jobs.

use std::{collections::HashMap, sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use domain::base::{
    App, Error, Op, Result,
    job_run::{self, HEARTBEAT, Lease},
    jobs::{JOBS, Job, jobs_of},
};
use tokio::{
    sync::Mutex,
    time::{Instant, timeout},
};
use tokio_cron_scheduler::{Job as CronJob, JobScheduler, JobSchedulerError};
use tokio_util::sync::CancellationToken;

use crate::again::again;

use super::{
    look::keep_looking,
    running::Running,
    watch::ClockWatch,
    work::{move_when_set, send_when_poked, work},
};

/// The running clockwork.
pub struct Jobs {
    scheduler: JobScheduler,
    running: Running,
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
    let sending = send_when_poked(Arc::clone(&app), stop.clone());
    running.spawn("send_mails", sending);
    if app.policy.test_clocks {
        let moving = move_when_set(Arc::clone(&app), stop.clone());
        running.spawn("move_test_clocks", moving);
    }
    running.spawn("looking for missed slots", keep_looking(app, runner, stop));
    Ok(Jobs { scheduler, running })
}

impl Jobs {
    /// Lets the runs that have begun finish, for this long, and begins no more. What is left then is dropped, and
    /// named in the log: its leases end by themselves, and another replica takes it again.
    pub async fn stop(mut self, within: Duration) {
        let until = Instant::now() + within;
        match timeout(within, self.scheduler.shutdown()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the scheduler did not stop cleanly"),
            Err(_) => tracing::warn!("the scheduler did not stop in time"),
        }
        let left = self
            .running
            .end(until.saturating_duration_since(Instant::now()));
        let left = left.await;
        if !left.is_empty() {
            let jobs = left.join(", ");
            tracing::warn!(jobs, "time is over; jobs that still ran are cut off");
        }
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
    running: Running,
    /// A run that takes longer than its interval is not run twice at once by this process.
    alone: Arc<HashMap<&'static str, Arc<Mutex<()>>>>,
    watch: Arc<ClockWatch>,
}

impl Runner {
    fn new(app: Arc<App>, stop: CancellationToken) -> Self {
        let alone = JOBS.iter().map(|job| (job.name, Arc::default())).collect();
        Self {
            app,
            stop,
            running: Running::default(),
            alone: Arc::new(alone),
            watch: Arc::default(),
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
        let runner = self.clone();
        self.running.spawn(job.name, async move {
            runner.run_slot(job, slot).await;
            drop(alone);
        });
    }
}

impl Runner {
    /// Does a slot of a job, unless another replica has it.
    async fn run_slot(&self, job: &'static Job, slot: DateTime<Utc>) {
        let op = Op::system(Arc::clone(&self.app), job.name, "job");
        match self.claim(&op, job, slot).await {
            Ok(Some(lease)) => Box::pin(run(&op, job, lease)).await,
            Ok(None) => {}
            Err(error) => {
                tracing::error!(job = job.name, error = ?error, "a job could not take its slot");
            }
        }
    }

    async fn claim(
        &self,
        op: &Op,
        job: &'static Job,
        slot: DateTime<Utc>,
    ) -> Result<Option<Lease>> {
        if !self.watch.agrees(op).await? {
            return Ok(None);
        }
        let lease = job_run::claim(op, job.name, slot).await?;
        let won = if lease.is_some() { "yes" } else { "no" };
        metrics::counter!("job_slot_claim_total", "job" => job.name, "won" => won).increment(1);
        Ok(lease)
    }
}

/// Does a run that is ours, as long as it is.
async fn run(op: &Op, job: &'static Job, lease: Lease) {
    let late = (op.machine_now() - lease.slot_at).as_seconds_f64().max(0.0);
    metrics::gauge!("job_lateness_seconds", "job" => job.name).set(late);
    let until = job.slot_at(op.machine_now()) + job.every();
    let leased = op.under(lease.clone());
    let collided = |answer: &Result<u64>| matches!(answer, Err(Error::Collided));
    let entropy = op.app().entropy.as_ref();
    let working = again(entropy, "job", collided, || {
        Box::pin(work(&leased, job.work, until))
    });
    let outcome = tokio::select! {
        outcome = working => outcome,
        () = lost(op, &lease) => return note_loss(job),
    };
    match &outcome {
        Ok(0) => {}
        Ok(handled) => tracing::info!(job = job.name, handled, "a job ran"),
        Err(error) => tracing::error!(job = job.name, error = ?error, "a job failed"),
    }
    match job_run::finish(op, &lease, &outcome).await {
        Ok(true) => {}
        Ok(false) => note_loss(job),
        Err(error) => {
            tracing::error!(job = job.name, error = ?error, "a job's end could not be noted");
        }
    }
}

fn note_loss(job: &Job) {
    metrics::counter!("job_lease_lost_total", "job" => job.name).increment(1);
    tracing::warn!(
        job = job.name,
        "a run was taken by another replica: its lease was over"
    );
}

/// Says when the run is not ours any more, and gives signs of life until then.
async fn lost(op: &Op, lease: &Lease) {
    loop {
        tokio::time::sleep(HEARTBEAT).await;
        match job_run::keep(op, lease).await {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => {
                tracing::warn!(job = lease.job, error = ?error, "a run could not give a sign of life");
            }
        }
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
