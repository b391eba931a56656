//! Runs of scheduled jobs. Every replica's clock ticks; whoever writes the row of a slot first works on it.

use chrono::{DateTime, Duration, Utc};
use entity::base::job_run;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{database::was_inserted, error::Result, jobs::LastRun, op::Op};

/// How long a run may take: one without an end that began longer ago was cut off.
pub const LEASE: Duration = Duration::minutes(10);

/// Whether a run was cut off, as far as one can tell at `now`: its process died, or its end could not be noted.
#[must_use]
pub fn is_cut_off(run: &job_run::Model, now: DateTime<Utc>) -> bool {
    run.finished_at.is_none() && now - run.started_at > LEASE
}

/// The slot of a schedule that repeats every `interval_seconds`: the last one that began at or before `now`.
#[must_use]
pub fn slot_at(now: DateTime<Utc>, interval_seconds: i64) -> DateTime<Utc> {
    let interval = interval_seconds.max(1);
    let seconds = now.timestamp().div_euclid(interval) * interval;
    DateTime::from_timestamp(seconds, 0).unwrap_or(now)
}

/// Takes a slot. `false`: somebody has it already.
///
/// # Errors
/// The database does not answer.
pub async fn claim(op: &Op, job: &str, slot_at: DateTime<Utc>) -> Result<bool> {
    let tx = op.begin().await?;
    let row = job_run::ActiveModel {
        job: Set(job.to_owned()),
        slot_at: Set(slot_at),
        started_at: Set(tx.op().machine_now()),
        finished_at: Set(None),
        handled: Set(0),
        error: Set(None),
    };
    let inserted = job_run::Entity::insert(row)
        .on_conflict_do_nothing()
        .exec_without_returning(tx.db())
        .await?;
    tx.commit().await?;
    Ok(was_inserted(&inserted))
}

/// Notes how a run ended: how many things it dealt with, or the code of what went wrong.
///
/// # Errors
/// The database does not answer.
pub async fn finish(
    op: &Op,
    job: &str,
    slot_at: DateTime<Utc>,
    outcome: &Result<u64>,
) -> Result<()> {
    let tx = op.begin().await?;
    let (handled, error) = match outcome {
        Ok(handled) => (i64::try_from(*handled).unwrap_or(i64::MAX), None),
        Err(error) => (0, Some(error.code().to_owned())),
    };
    let row = job_run::ActiveModel {
        job: Set(job.to_owned()),
        slot_at: Set(slot_at),
        finished_at: Set(Some(tx.op().machine_now())),
        handled: Set(handled),
        error: Set(error),
        ..Default::default()
    };
    job_run::Entity::update(row).exec(tx.db()).await?;
    tx.commit().await
}

/// The run of a slot, when somebody took it.
///
/// # Errors
/// The database does not answer.
pub async fn find(op: &Op, job: &str, slot_at: DateTime<Utc>) -> Result<Option<job_run::Model>> {
    let found = job_run::Entity::find_by_id((job.to_owned(), slot_at));
    Ok(found.one(op.reader()).await?)
}

/// The last runs of a job, newest first.
///
/// # Errors
/// The database does not answer.
pub async fn latest(op: &Op, job: &str, most: u64) -> Result<Vec<job_run::Model>> {
    let runs = job_run::Entity::find()
        .filter(job_run::Column::Job.eq(job))
        .order_by_desc(job_run::Column::SlotAt)
        .limit(most);
    Ok(runs.all(op.reader()).await?)
}

/// What is known of the last runs of a job.
///
/// # Errors
/// The database does not answer.
pub async fn last(op: &Op, job: &str) -> Result<LastRun> {
    let newest = latest(op, job, 1).await?;
    let ended = job_run::Entity::find()
        .filter(job_run::Column::Job.eq(job))
        .filter(job_run::Column::FinishedAt.is_not_null())
        .order_by_desc(job_run::Column::SlotAt)
        .one(op.reader())
        .await?;
    Ok(LastRun {
        newest_slot: newest.first().map(|run| run.slot_at),
        last_end: ended.and_then(|run| run.finished_at),
    })
}

/// Removes the rows of runs that began more than `age` ago; how many it were.
///
/// # Errors
/// The database does not answer.
pub async fn forget(op: &Op, age: Duration) -> Result<u64> {
    let tx = op.begin().await?;
    let gone = job_run::Entity::delete_many()
        .filter(job_run::Column::StartedAt.lt(tx.op().machine_now() - age))
        .exec(tx.db())
        .await?;
    tx.commit().await?;
    Ok(gone.rows_affected)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_replica_computes_the_same_slot() {
        let slot: DateTime<Utc> = "2026-11-20T04:00:10Z".parse().unwrap();
        for seconds in [0, 3, 9] {
            assert_eq!(slot_at(slot + Duration::seconds(seconds), 10), slot);
        }
        assert_eq!(
            slot_at(slot + Duration::seconds(10), 10),
            slot + Duration::seconds(10)
        );
    }
}
