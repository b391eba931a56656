//! What each job does.

use adapters::ecpay::Ecpay;
use chrono::{DateTime, Utc};
use domain::{
    base::{Op, Result, job_run, jobs::Work},
    flows, users,
};
use entity::payments::notice;

/// How many things one transaction's reading brings: a kill loses at most the one it was at.
const BATCH: u64 = 100;

/// Does a job's work; how many things it dealt with. What goes on batch by batch ends with `until`, the next slot.
pub(super) async fn work(op: &Op, work: Work, until: DateTime<Utc>) -> Result<u64> {
    match work {
        Work::ApplyNotices => flows::apply_notices(op, BATCH, reread).await,
        Work::AskGateway => flows::ask_about_due_payments(op, BATCH).await,
        Work::ExpireOrders => flows::expire_orders(op, BATCH).await,
        Work::RenewSubscriptions => renew_subscriptions(op, until).await,
        Work::CleanUp => clean_up(op).await,
    }
}

fn reread(stored: &notice::Model) -> Option<domain::ports::Notice> {
    Ecpay::reread_notice(stored.kind, stored.fields.0.clone()).ok()
}

async fn renew_subscriptions(op: &Op, until: DateTime<Utc>) -> Result<u64> {
    let mut visited = 0;
    loop {
        let batch = flows::renew_subscriptions(op, BATCH).await?;
        visited += batch;
        if batch < BATCH || op.machine_now() >= until {
            return Ok(visited);
        }
    }
}

async fn clean_up(op: &Op) -> Result<u64> {
    let sessions = users::clean_sessions(op).await?;
    let keys = domain::base::idempotency::forget_expired(op).await?;
    let runs = job_run::forget(op, chrono::Duration::days(7)).await?;
    Ok(sessions + keys + runs)
}
