//! Running the jobs.

use std::{sync::Arc, time::Duration};

use adapters::ecpay::Ecpay;
use domain::{
    base::{App, Op, Result, Topic, job_run},
    flows, users,
};
use entity::payments::notice;
use tokio::sync::Mutex;
use tokio_cron_scheduler::{Job as CronJob, JobScheduler, JobSchedulerError};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::schedule::{Job, Work, jobs_of};

/// How many things one run deals with: a kill loses at most the one it was at.
const BATCH: u64 = 100;

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
    let running = TaskTracker::new();
    for job in jobs_of(&app.policy) {
        let (app, stop, running) = (Arc::clone(&app), stop.clone(), running.clone());
        // A run that takes longer than its interval is not run twice at once.
        let alone = Arc::new(Mutex::new(()));
        if job.work == Work::MoveTestClocks {
            let follower = move_when_set(app.clone(), job, alone.clone(), stop.clone());
            running.spawn(follower);
        }
        let every = Duration::from_secs(u64::from(job.every_seconds));
        let tick = CronJob::new_repeated_async(every, move |_, _| {
            let (app, stop, running, alone) = (
                Arc::clone(&app),
                stop.clone(),
                running.clone(),
                Arc::clone(&alone),
            );
            Box::pin(async move {
                let Ok(_alone) = alone.try_lock() else {
                    return;
                };
                if !stop.is_cancelled() {
                    running.track_future(run_slot(app, job)).await;
                }
            })
        })?;
        scheduler.add(tick).await?;
    }
    scheduler.start().await?;
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

/// Moves a test clock as soon as it is set: whoever set it is waiting. The ticks pick up what was cut off.
async fn move_when_set(
    app: Arc<App>,
    job: &'static Job,
    alone: Arc<Mutex<()>>,
    stop: CancellationToken,
) {
    let mut set = app.hub.listen(Topic::TestClocks);
    while stop.run_until_cancelled(set.poked()).await.is_some() {
        let _alone = alone.lock().await;
        let op = Op::system(Arc::clone(&app), job.name, "job");
        loop {
            match flows::move_test_clocks(&op, BATCH).await {
                // A batch at a time, so that going down waits for one at most.
                Ok(BATCH) if !stop.is_cancelled() => {}
                Ok(_) => break,
                Err(error) => {
                    tracing::error!(job = job.name, error = ?error, "a job failed");
                    break;
                }
            }
        }
    }
}

/// Does the present slot of a job, unless another replica has it.
async fn run_slot(app: Arc<App>, job: &'static Job) {
    let op = Op::system(app, job.name, "job");
    let slot = job_run::slot_at(op.now(), i64::from(job.every_seconds));
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
    let outcome = work(&op, job.work).await;
    match &outcome {
        Ok(0) => {}
        Ok(handled) => tracing::info!(job = job.name, handled, "a job ran"),
        Err(error) => tracing::error!(job = job.name, error = ?error, "a job failed"),
    }
    if let Err(error) = job_run::finish(&op, job.name, slot, &outcome).await {
        tracing::error!(job = job.name, error = ?error, "a job's end could not be noted");
    }
}

async fn work(op: &Op, work: Work) -> Result<u64> {
    match work {
        Work::ApplyNotices => flows::apply_notices(op, BATCH, reread).await,
        Work::AskGateway => flows::ask_about_due_payments(op, BATCH).await,
        Work::ExpireOrders => flows::expire_orders(op, BATCH).await,
        Work::MoveTestClocks => flows::move_test_clocks(op, BATCH).await,
        Work::CleanUp => clean_up(op).await,
    }
}

fn reread(stored: &notice::Model) -> Option<domain::ports::Notice> {
    Ecpay::reread_notice(stored.kind, stored.fields.0.clone()).ok()
}

async fn clean_up(op: &Op) -> Result<u64> {
    let sessions = users::clean_sessions(op).await?;
    let keys = domain::base::idempotency::forget_expired(op).await?;
    let runs = job_run::forget(op, chrono::Duration::days(7)).await?;
    Ok(sessions + keys + runs)
}
