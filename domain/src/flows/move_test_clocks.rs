//! A job: clocks that were set on their way get there, through every instant at which something falls due for those
//! who live by them. The mails of each instant leave before the clock goes on: what they say is what holds then. Each
//! step is committed before the next, so that a kill at any point is picked up where it was.

use chrono::{DateTime, Utc};
use entity::{
    base::test_clock,
    id::TestClockId,
    notify::Consumer,
    orders::{OrderStatus, order},
    payments::payment,
    subscriptions::subscription,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, Iterable, QueryFilter, QueryOrder, QuerySelect,
};

use crate::{
    base::{Op, Result, Timeline},
    notify,
    orders::state::is_payable,
    test_clocks::{query, require_allowed, walk},
};

use super::{ask_about_due_payments, expire_orders, renew_subscriptions, send_mails};

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
/// `false`: it stands, or cannot leave this instant yet.
async fn step(op: &Op, id: TestClockId) -> Result<bool> {
    let clock = query::get(op, id).await?;
    let Some(goal) = clock.moving_to else {
        return Ok(false);
    };
    if live(&op.on(walk::timeline(&clock))).await? == Rest::Unsent {
        return Ok(false);
    }
    match next_due(op.reader(), &clock).await? {
        Some(due) if due <= goal => {
            walk::show(op, &clock, due).await?;
        }
        _ if clock.shows < goal => {
            // Nothing falls due on the rest of the way, but something may at the goal itself.
            walk::show(op, &clock, goal).await?;
        }
        _ => walk::arrive(op, &clock, goal).await?,
    }
    Ok(true)
}

/// How an instant comes to rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rest {
    /// Nothing is left to be done at it.
    Done,
    /// Somebody else has one of its mails in hand: a worker that took it before the clock was set, or a walker that
    /// was killed, whose lease is over in two minutes. Its letter would be written at the wrong instant.
    Unsent,
}

/// Runs the jobs of everyday life on one timeline, until nothing is due at this instant and its mails are sent. A
/// mail that was not taken is tried again by the machine's time, and holds no clock up.
async fn live(op: &Op) -> Result<Rest> {
    for _ in 0..MOST_ROUNDS {
        let asked = ask_about_due_payments(op, BATCH).await?;
        let renewed = renew_subscriptions(op, BATCH).await?;
        let ended = expire_orders(op, BATCH).await?;
        let mails_wait = notify::is_waiting(op, Consumer::Mail).await?;
        let sent = match mails_wait {
            true => send_mails(op, BATCH).await?,
            false => 0,
        };
        if asked + renewed + ended + sent == 0 {
            return Ok(if mails_wait { Rest::Unsent } else { Rest::Done });
        }
    }
    tracing::error!(timeline = ?op.timeline(), "a test clock does not come to rest");
    Ok(Rest::Done)
}

/// The next instant, later than what the clock shows, at which something falls due. What could not be done at an
/// earlier one is tried again then.
async fn next_due(
    db: &impl ConnectionTrait,
    clock: &test_clock::Model,
) -> Result<Option<DateTime<Utc>>> {
    let timeline = walk::timeline(clock);
    let instants = [
        next_subscription(db, timeline, clock.shows).await?,
        next_order(db, timeline, clock.shows).await?,
        next_payment(db, timeline, clock.shows).await?,
    ];
    Ok(instants.into_iter().flatten().min())
}

type Instant = Option<Option<DateTime<Utc>>>;

async fn next_subscription(
    db: &impl ConnectionTrait,
    of: Timeline,
    after: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>> {
    use subscription::Column;
    let found: Instant = subscription::Entity::find()
        .select_only()
        .column(Column::DueAt)
        .filter(of.rows(Column::TestClockId))
        .filter(Column::DueAt.gt(after))
        .order_by_asc(Column::DueAt)
        .into_tuple()
        .one(db)
        .await?;
    Ok(found.flatten())
}

async fn next_order(
    db: &impl ConnectionTrait,
    of: Timeline,
    after: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>> {
    use order::Column;
    Ok(order::Entity::find()
        .select_only()
        .column(Column::ExpiresAt)
        .filter(of.rows(Column::TestClockId))
        .filter(Column::Status.is_in(OrderStatus::iter().filter(|status| is_payable(*status))))
        .filter(Column::ExpiresAt.gt(after))
        .order_by_asc(Column::ExpiresAt)
        .into_tuple()
        .one(db)
        .await?)
}

async fn next_payment(
    db: &impl ConnectionTrait,
    of: Timeline,
    after: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>> {
    use payment::Column;
    let found: Instant = payment::Entity::find()
        .select_only()
        .column(Column::NextCheckAt)
        .filter(of.rows(Column::TestClockId))
        .filter(Column::NextCheckAt.gt(after))
        .order_by_asc(Column::NextCheckAt)
        .into_tuple()
        .one(db)
        .await?;
    Ok(found.flatten())
}
