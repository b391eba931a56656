//! Runs of scheduled jobs. Every replica's clock ticks; whoever writes the row of a slot first works on it, under a
//! lease. A run whose lease is over is taken again under the next number, and what its first owner still wanted to
//! write is refused (`Tx::commit`).

use chrono::{DateTime, Duration, Utc};
use entity::base::job_run;
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, LockType},
};

use super::{
    database::was_inserted,
    error::{Error, Result},
    jobs::LastRun,
    op::Op,
    tx::Tx,
};

/// How long a run belongs to its owner after it last gave a sign of life.
pub const LEASE: Duration = Duration::seconds(60);
/// How often the owner gives one.
pub const HEARTBEAT: std::time::Duration = std::time::Duration::from_secs(15);
/// How long a run of a program that knew no leases may take.
const WITHOUT_LEASE: Duration = Duration::minutes(10);

/// A run that is ours until its lease is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// Of which job.
    pub job: &'static str,
    /// Of which slot.
    pub slot_at: DateTime<Utc>,
    /// Our number: whoever takes the run after us has a higher one.
    pub fence: i64,
}

/// Whether a run was cut off, as far as one can tell at `now`: its process died, or its end could not be noted.
#[must_use]
pub fn is_cut_off(run: &job_run::Model, now: DateTime<Utc>) -> bool {
    let until = run.lease_until.unwrap_or(run.started_at + WITHOUT_LEASE);
    run.finished_at.is_none() && now > until
}

/// The slot of a schedule that repeats every `interval_seconds`: the last one that began at or before `now`.
#[must_use]
pub fn slot_at(now: DateTime<Utc>, interval_seconds: i64) -> DateTime<Utc> {
    let interval = interval_seconds.max(1);
    let seconds = now.timestamp().div_euclid(interval) * interval;
    DateTime::from_timestamp(seconds, 0).unwrap_or(now)
}

/// Takes a slot that nobody has, or whose run was cut off. `None`: somebody has it, or has done it.
///
/// # Errors
/// The database does not answer.
pub async fn claim(op: &Op, job: &'static str, slot_at: DateTime<Utc>) -> Result<Option<Lease>> {
    let tx = op.begin().await?;
    let now = tx.op().machine_now();
    let row = job_run::ActiveModel {
        job: Set(job.to_owned()),
        slot_at: Set(slot_at),
        started_at: Set(now),
        finished_at: Set(None),
        handled: Set(0),
        error: Set(None),
        fence: Set(1),
        lease_until: Set(Some(now + LEASE)),
    };
    let inserted = job_run::Entity::insert(row)
        .on_conflict_do_nothing()
        .exec_without_returning(tx.db())
        .await?;
    let fence = match was_inserted(&inserted) {
        true => Some(1),
        false => take_over(&tx, job, slot_at).await?,
    };
    tx.commit().await?;
    Ok(fence.map(|fence| Lease {
        job,
        slot_at,
        fence,
    }))
}

/// Takes a run that was cut off; its new number. Two that try at once compare with what they read: one has it.
async fn take_over(tx: &Tx, job: &str, slot_at: DateTime<Utc>) -> Result<Option<i64>> {
    let now = tx.op().machine_now();
    let found = job_run::Entity::find_by_id((job.to_owned(), slot_at));
    let Some(run) = found.one(tx.db()).await? else {
        return Ok(None);
    };
    if !is_cut_off(&run, now) {
        return Ok(None);
    }
    let fence = run.fence + 1;
    let taken = job_run::Entity::update_many()
        .col_expr(job_run::Column::Fence, Expr::value(fence))
        .col_expr(job_run::Column::LeaseUntil, Expr::value(now + LEASE))
        .col_expr(job_run::Column::StartedAt, Expr::value(now))
        .filter(job_run::Column::Job.eq(job))
        .filter(job_run::Column::SlotAt.eq(slot_at))
        .filter(job_run::Column::Fence.eq(run.fence))
        .filter(unchanged(&run))
        .filter(job_run::Column::FinishedAt.is_null())
        .exec(tx.db())
        .await?;
    Ok((taken.rows_affected == 1).then_some(fence))
}

/// Its owner has given no sign of life since it was read.
fn unchanged(run: &job_run::Model) -> Condition {
    let column = job_run::Column::LeaseUntil;
    Condition::all().add(match run.lease_until {
        Some(until) => column.eq(until),
        None => column.is_null(),
    })
}

/// A sign of life: the run is ours for another minute. `false`: it is not ours any more.
///
/// # Errors
/// The database does not answer.
pub async fn keep(op: &Op, lease: &Lease) -> Result<bool> {
    let tx = op.begin().await?;
    let until = tx.op().machine_now() + LEASE;
    let kept = job_run::Entity::update_many()
        .col_expr(job_run::Column::LeaseUntil, Expr::value(until))
        .filter(held(lease))
        .exec(tx.db())
        .await?;
    tx.commit().await?;
    Ok(kept.rows_affected == 1)
}

/// Refuses whoever is not the owner any more. Asked in each transaction of a run, last of all: from there to the
/// commit nobody can take the run.
pub(super) async fn require_held(tx: &Tx, lease: &Lease) -> Result<()> {
    let run = job_run::Entity::find()
        .filter(held(lease))
        .lock(LockType::Share)
        .one(tx.db())
        .await?;
    match run {
        Some(_) => Ok(()),
        None => Err(Error::internal(LeaseLost(lease.job))),
    }
}

fn held(lease: &Lease) -> Condition {
    Condition::all()
        .add(job_run::Column::Job.eq(lease.job))
        .add(job_run::Column::SlotAt.eq(lease.slot_at))
        .add(job_run::Column::Fence.eq(lease.fence))
        .add(job_run::Column::FinishedAt.is_null())
}

#[derive(Debug, thiserror::Error)]
#[error("the run of {0} was taken by another replica: its lease was over")]
struct LeaseLost(&'static str);

/// Notes how a run ended: how many things it dealt with, or the code of what went wrong. `false`: it is not ours
/// any more, and nothing was noted.
///
/// # Errors
/// The database does not answer.
pub async fn finish(op: &Op, lease: &Lease, outcome: &Result<u64>) -> Result<bool> {
    let tx = op.begin().await?;
    let (handled, error) = match outcome {
        Ok(handled) => (i64::try_from(*handled).unwrap_or(i64::MAX), None),
        Err(error) => (0, Some(error.code().to_owned())),
    };
    let row = job_run::ActiveModel {
        finished_at: Set(Some(tx.op().machine_now())),
        handled: Set(handled),
        error: Set(error),
        ..Default::default()
    };
    let ended = job_run::Entity::update_many()
        .set(row)
        .filter(held(lease))
        .exec(tx.db())
        .await?;
    tx.commit().await?;
    Ok(ended.rows_affected == 1)
}

/// The newest slot of a job whose run was cut off and that no later run made up for: each run does all that is due.
///
/// # Errors
/// The database does not answer.
pub async fn cut_off(op: &Op, job: &str) -> Result<Option<DateTime<Utc>>> {
    let now = op.machine_now();
    let newest = latest(op, job, 10).await?;
    let open = newest.iter().take_while(|run| run.finished_at.is_none());
    let mut cut_off = open.filter(|run| is_cut_off(run, now));
    Ok(cut_off.next().map(|run| run.slot_at))
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
