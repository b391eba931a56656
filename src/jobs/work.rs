//! What each job does.

use std::sync::Arc;

use adapters::ecpay::Ecpay;
use chrono::{DateTime, Utc};
use domain::{
    audit,
    base::{App, Op, Result, Topic, job_run, jobs::Work},
    flows, notify, users, verify,
};
use entity::payments::notice;
use tokio_util::sync::CancellationToken;

/// How many things one transaction's reading brings: a kill loses at most the one it was at.
const BATCH: u64 = 100;

/// How many mails one run sends. A slow mail server may take seconds for each, and a process that goes down waits
/// for the run.
const MAILS: u64 = 10;

/// How many lines of the audit trail one transaction seals: on SQLite everybody else's writes wait for it.
const SEALS: u64 = 500;

/// Does a job's work; how many things it dealt with. What goes on batch by batch ends with `until`, the next slot.
pub(super) async fn work(op: &Op, work: Work, until: DateTime<Utc>) -> Result<u64> {
    match work {
        Work::ApplyNotices => flows::apply_notices(op, BATCH, reread).await,
        Work::AskGateway => flows::ask_about_due_payments(op, BATCH).await,
        Work::SendMails => flows::send_mails(op, MAILS).await,
        Work::SendRefunds => flows::send_refunds(op, BATCH).await,
        Work::AskContracts => ask_contracts(op).await,
        Work::CancelContracts => flows::cancel_contracts(op, BATCH).await,
        Work::ExpireOrders => flows::expire_orders(op, BATCH).await,
        Work::MoveTestClocks => flows::move_test_clocks(op, BATCH).await,
        Work::RenewSubscriptions => renew_subscriptions(op, until).await,
        Work::CleanUp => clean_up(op).await,
        Work::SealAudit => audit::seal(op, SEALS).await,
        Work::VerifyBooks => verify_books(op).await,
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

/// Sends mails as soon as something is put into the outbox by this process. The job finds what is left: a poke
/// may be lost, and other processes put into it too.
pub(super) async fn send_when_poked(app: Arc<App>, stop: CancellationToken) {
    let mut listener = app.hub.listen(Topic::Outbox);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = listener.poked() => {}
        }
        while !stop.is_cancelled() {
            let op = Op::system(Arc::clone(&app), "send_mails", "job");
            match flows::send_mails(&op, MAILS).await {
                Ok(handled) if handled >= MAILS => {}
                Ok(_) => break,
                Err(error) => {
                    tracing::error!(error = ?error, "mails could not be sent");
                    break;
                }
            }
        }
    }
}

/// Moves a test clock as soon as it is set: whoever set it is waiting. The ticks pick up what was cut off.
pub(super) async fn move_when_set(app: Arc<App>, stop: CancellationToken) {
    let mut set = app.hub.listen(Topic::TestClocks);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = set.poked() => {}
        }
        while !stop.is_cancelled() {
            let op = Op::system(Arc::clone(&app), "move_test_clocks", "job");
            match flows::move_test_clocks(&op, BATCH).await {
                Ok(steps) if steps >= BATCH => {}
                Ok(_) => break,
                Err(error) => {
                    tracing::error!(error = ?error, "a test clock could not be moved");
                    break;
                }
            }
        }
    }
}

async fn ask_contracts(op: &Op) -> Result<u64> {
    let tried = flows::retry_charges(op, BATCH).await?;
    Ok(tried + flows::ask_contracts(op, BATCH).await?)
}

/// How many rows offend. A figure for each invariant, and a line for each that does not hold.
async fn verify_books(op: &Op) -> Result<u64> {
    let report = verify::verify(&op.app().database).await?;
    if let Some(head) = &report.head {
        // Whoever keeps the log elsewhere can tell by it later whether the whole chain was written anew.
        tracing::info!(%head, "the audit trail is sealed up to here");
    }
    let mut offenders = 0;
    for finding in &report.findings {
        let violations = finding.violations();
        offenders += violations;
        let figure = u32::try_from(violations).map_or(f64::INFINITY, f64::from);
        metrics::gauge!("invariant_violations", "id" => finding.id).set(figure);
        for broken in &finding.broken {
            tracing::error!(
                invariant = finding.id,
                rule = broken.says,
                violations = broken.violations,
                examples = broken.examples.join(" "),
                "an invariant does not hold"
            );
        }
    }
    Ok(offenders)
}

async fn clean_up(op: &Op) -> Result<u64> {
    let sessions = users::clean_sessions(op).await?;
    let mails = notify::forget_delivered(op).await?;
    let keys = domain::base::idempotency::forget_expired(op).await?;
    let runs = job_run::forget(op, chrono::Duration::days(7)).await?;
    Ok(sessions + mails + keys + runs)
}
