//! Runs of jobs that people ask for. The request is an event: it survives the process that took it, and each replica
//! finds it. Who then works on it is decided as for every other slot.

use chrono::{DateTime, Duration, SubsecRound, Utc};
use entity::base::event;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};

use super::{
    actor::Access,
    error::{Error, Result},
    event::{Event, Sample, Topic},
    idempotency::{self, Claim, IdempotencyKey},
    job_run,
    jobs::{self, JOBS, Job},
    op::Op,
};

/// How long a request is looked for: who asks for a run now does not mean tomorrow.
const GOOD_FOR: Duration = Duration::hours(1);

/// Somebody asked for a run of a job.
#[derive(Debug, Serialize, Deserialize)]
pub struct JobRunRequested {
    /// Of which job.
    pub job: String,
    /// The slot it is to run in: the instant it was asked for.
    pub slot_at: DateTime<Utc>,
}

impl Event for JobRunRequested {
    const KIND: &'static str = "job.run_requested";

    fn subject(&self) -> String {
        subject(&self.job)
    }

    fn topics(&self) -> Vec<Topic> {
        vec![Topic::Jobs]
    }
}

fn subject(job: &str) -> String {
    format!("job:{job}")
}

/// Asks for a run of this job now, beside its schedule; the slot it will run in. The clockwork of this process hears
/// of it after the commit, that of another replica finds it soon.
///
/// # Errors
/// [`Error::NotFound`] when there is no such job, or the key's own.
pub async fn request(op: &Op, name: &str, key: &str) -> Result<(&'static Job, DateTime<Utc>)> {
    op.require(Access::Staff)?;
    let key = IdempotencyKey::new(op, "runJob", key, &name)?;
    let job = jobs::find(name)?;
    let mut tx = op.begin().await?;
    if let Claim::Done(slot) = idempotency::claim(&mut tx, &key).await? {
        let slot = slot.parse().map_err(Error::internal)?;
        return Ok((job, slot));
    }
    let slot_at = op.machine_now().trunc_subsecs(3);
    tx.record(JobRunRequested {
        job: job.name.to_owned(),
        slot_at,
    })?;
    idempotency::finish(&mut tx, &key, slot_at.to_rfc3339()).await?;
    tx.commit().await?;
    Ok((job, slot_at))
}

/// The runs that were asked for and that nobody has begun.
///
/// # Errors
/// The database does not answer.
pub async fn waiting(op: &Op) -> Result<Vec<(&'static Job, DateTime<Utc>)>> {
    let asked = event::Entity::find()
        .filter(event::Column::Subject.is_in(JOBS.iter().map(|job| subject(job.name))))
        .filter(event::Column::Kind.eq(JobRunRequested::KIND))
        .filter(event::Column::OccurredAt.gt(op.machine_now() - GOOD_FOR))
        .all(op.reader())
        .await?;
    let mut waiting = Vec::new();
    for row in asked {
        let asked: JobRunRequested = serde_json::from_value(row.payload)?;
        let Ok(job) = jobs::find(&asked.job) else {
            continue;
        };
        if job_run::find(op, job.name, asked.slot_at).await?.is_none() {
            waiting.push((job, asked.slot_at));
        }
    }
    Ok(waiting)
}

/// One of each, for `schema/events.md`.
///
/// # Errors
/// An event cannot be written as JSON.
pub fn samples() -> Result<Vec<Sample>, serde_json::Error> {
    Ok(vec![Sample::of(&JobRunRequested {
        job: "renew_subscriptions".to_owned(),
        slot_at: DateTime::<Utc>::UNIX_EPOCH,
    })?])
}
