//! A job: clocks that were set on their way get there, through every instant at which something falls due for those
//! who live by them. The mails of each instant leave before the clock goes on: what they say is what holds then. Each
//! step is committed before the next, so that a kill at any point is picked up where it was.

use chrono::{DateTime, Utc};
use entity::{id::TestClockId, notify::Consumer};

use crate::{
    base::{Op, Result},
    notify,
    test_clocks::{query, require_allowed, walk},
};

use super::{
    ask_about_due_payments,
    clock_agenda::{Agenda, agenda},
    expire_orders, renew_subscriptions, send_mails, send_refunds,
};

/// How many things of one clock are dealt with at once.
const BATCH: u64 = 100;

/// How often the jobs run at one instant at most: enough for a crowd, and an end for a defect.
const MOST_ROUNDS: u32 = 1000;

/// Moves clocks by up to `most` steps in all; how many it were. Fewer than `most`: every clock stands, or waits for
/// somebody else who is sending one of its mails.
///
/// # Errors
/// [`crate::base::Code::TestClocksOff`], or the database does not answer. What was done stays.
pub async fn move_test_clocks(op: &Op, most: u64) -> Result<u64> {
    require_allowed(op)?;
    let mut steps = 0;
    for id in query::moving(op).await? {
        while steps < most && step(op, id).await? {
            steps += 1;
        }
    }
    Ok(steps)
}

/// Does what is due at the instant that the clock shows, then moves it to the next such instant, or to its goal.
/// `false`: it stands, or cannot leave this instant yet. What could not be done at one instant is tried again at the
/// next.
async fn step(op: &Op, id: TestClockId) -> Result<bool> {
    let clock = query::get(op, id).await?;
    let Some(goal) = clock.moving_to else {
        return Ok(false);
    };
    match live(&op.on(walk::timeline(&clock))).await? {
        Rest::Unsent => return Ok(false),
        Rest::Until(Some(due)) if due <= goal => {
            walk::show(op, &clock, due).await?;
        }
        Rest::Until(_) if clock.shows < goal => {
            // Nothing falls due on the rest of the way, but something may at the goal itself.
            walk::show(op, &clock, goal).await?;
        }
        Rest::Until(_) => walk::arrive(op, &clock, goal).await?,
    }
    Ok(true)
}

/// How an instant comes to rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rest {
    /// Nothing is left to be done at it; something is at this one, later.
    Until(Option<DateTime<Utc>>),
    /// Somebody else has one of its mails in hand: a worker that took it before the clock was set, or a walker that
    /// was killed, whose lease is over in two minutes. Its letter would be written at the wrong instant.
    Unsent,
}

/// Runs the jobs of everyday life on one timeline, until nothing is due at this instant, and then sends its mails. A
/// mail that was not taken is tried again by the machine's time, and holds no clock up.
async fn live(op: &Op) -> Result<Rest> {
    for _ in 0..MOST_ROUNDS {
        let agenda = agenda(op).await?;
        if work(op, &agenda).await? > 0 {
            continue;
        }
        if !notify::is_waiting(op, Consumer::Mail).await? {
            return Ok(Rest::Until(agenda.next));
        }
        if send_mails(op, BATCH).await? == 0 {
            return Ok(Rest::Unsent);
        }
    }
    tracing::error!(timeline = ?op.timeline(), "a test clock does not come to rest");
    Ok(Rest::Until(agenda(op).await?.next))
}

/// Runs the jobs that have something to do; how much it was.
async fn work(op: &Op, agenda: &Agenda) -> Result<u64> {
    let mut done = 0;
    if agenda.payments {
        done += ask_about_due_payments(op, BATCH).await?;
    }
    if agenda.refunds {
        done += send_refunds(op, BATCH).await?;
    }
    if agenda.subscriptions {
        done += renew_subscriptions(op, BATCH).await?;
    }
    if agenda.orders {
        done += expire_orders(op, BATCH).await?;
    }
    Ok(done)
}
