//! The clockwork of subscriptions: what time does to each is decided by [`calendar::upcoming`] and carried out here,
//! one step in one transaction, so that a kill at any point loses nothing and does nothing twice.

use chrono::Duration;
use entity::{
    id::{OrderId, SubscriptionId},
    subscriptions::{SubscriptionStatus, renewal, subscription},
};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::{
    base::{Error, Op, Result, Tx, transition},
    orders,
    payments::{self, state::holds_order_open},
    subscriptions::{
        self,
        calendar::{self, Step},
        events::{SubscriptionParked, SubscriptionPaymentReminded},
        extend, schedule,
    },
};

use super::{
    apply_plan_change::give_up,
    close_order::{Ending, close},
    order_renewal, plan_change,
    resume_subscription::wake,
};

/// How many steps one visit makes at most: enough for years of missed weeks, and an end for a defect.
const MOST_STEPS: u32 = 500;

/// How long a subscription that should be over waits for money that may be on its way.
const WAIT_FOR_MONEY: Duration = Duration::days(1);

/// Does what is due, for up to `most` subscriptions; how many were visited.
///
/// # Errors
/// The database does not answer.
pub async fn renew_subscriptions(op: &Op, most: u64) -> Result<u64> {
    let due: Vec<SubscriptionId> = subscription::Entity::find()
        .select_only()
        .column(subscription::Column::Id)
        .filter(subscription::Column::DueAt.lte(op.now()))
        .filter(op.timeline().rows(subscription::Column::TestClockId))
        .order_by_asc(subscription::Column::DueAt)
        .order_by_asc(subscription::Column::Id)
        .limit(most)
        .into_tuple()
        .all(op.reader())
        .await?;
    let mut visited = 0;
    for id in due {
        visited += 1;
        if let Err(error) = Box::pin(visit(op, id)).await {
            tracing::error!(subscription = %id, error = ?error, "a subscription could not be carried on");
            note_failure(op, id, &error).await?;
        }
    }
    Ok(visited)
}

/// Makes every step of one subscription that is due, oldest first.
async fn visit(op: &Op, id: SubscriptionId) -> Result<()> {
    for _ in 0..MOST_STEPS {
        if !step(op, id).await? {
            return Ok(());
        }
    }
    Err(Error::internal(format!("{id} does not come to rest")))
}

/// Makes the next step, if it is due. `false`: there is nothing more to do now.
async fn step(op: &Op, id: SubscriptionId) -> Result<bool> {
    let mut tx = op.begin().await?;
    let (row, renewal) = lock(&mut tx, id).await?;
    let next = calendar::upcoming(&row, renewal.as_ref(), &op.app().policy);
    let Some((_, step)) = next.filter(|(at, _)| *at <= tx.now()) else {
        schedule::reschedule(&tx, row).await?;
        tx.commit().await?;
        return Ok(false);
    };
    let goes_on = carry_out(&mut tx, row, renewal, step).await?;
    tx.commit().await?;
    Ok(goes_on)
}

/// Locks the order of a change of plan that waits to be paid, then that of its next period, where there are any, and then
/// the subscription, as settlement does.
pub(super) async fn lock(
    tx: &mut Tx,
    id: SubscriptionId,
) -> Result<(subscription::Model, Option<renewal::Model>)> {
    let before = subscriptions::query::find_row(tx, id).await?;
    let change = plan_change::open_change(tx.db(), &before).await?;
    if let Some(change) = &change {
        orders::query::lock(tx, change.order_id).await?;
    }
    let renewal = subscriptions::query::next_renewal(tx.db(), &before).await?;
    if let Some(renewal) = &renewal {
        orders::query::lock(tx, renewal.order_id).await?;
    }
    let row = subscriptions::query::lock(tx, id).await?;
    let now = subscriptions::query::next_renewal(tx.db(), &row).await?;
    let open = plan_change::open_change(tx.db(), &row).await?;
    let same = now.as_ref().map(|now| now.order_id) == renewal.map(|before| before.order_id)
        && open.map(|open| open.order_id) == change.map(|before| before.order_id);
    if same {
        Ok((row, now))
    } else {
        // Somebody ordered or began a period between the two looks: the next tick sees it whole.
        Err(Error::Busy {
            retry_after_seconds: 1,
        })
    }
}

async fn carry_out(
    tx: &mut Tx,
    row: subscription::Model,
    renewal: Option<renewal::Model>,
    step: Step,
) -> Result<bool> {
    match (step, renewal) {
        (Step::OrderRenewal, _) => order_renewal::order_renewal(tx, row).await?,
        (Step::BeginPaidPeriod, Some(renewal)) => {
            extend::begin(tx, row, &renewal).await?;
        }
        (Step::FallBehind, _) => fall_behind(tx, &row).await?,
        (Step::Remind(rung), Some(renewal)) => {
            remind(tx, &row, renewal.order_id, rung).await?;
        }
        (Step::Expire, Some(renewal)) => return expire(tx, row, renewal.order_id).await,
        (Step::Cancel, renewal) => {
            end(
                tx,
                &row,
                renewal,
                SubscriptionStatus::Cancelled,
                "period_end",
            )
            .await?;
        }
        (Step::RunOut, renewal) => {
            end(
                tx,
                &row,
                renewal,
                SubscriptionStatus::Expired,
                "not_renewed",
            )
            .await?;
        }
        (Step::Resume, _) => wake(tx, row, "pause_over").await?,
        (Step::BeginPaidPeriod | Step::Remind(_) | Step::Expire, None) => {
            return Err(Error::internal(format!("{} has no next period", row.id)));
        }
    }
    Ok(true)
}

async fn fall_behind(tx: &mut Tx, row: &subscription::Model) -> Result<()> {
    let changes = subscription::ActiveModel {
        past_due_at: Set(Some(tx.now())),
        dunning_step: Set(0),
        updated_at: Set(tx.now()),
        ..Default::default()
    };
    let to = SubscriptionStatus::PastDue;
    let row = transition::advance(tx, row, to, "not_paid", changes).await?;
    schedule::reschedule(tx, row).await?;
    Ok(())
}

/// Passes a rung. When several were missed, only the last of them is told: one mail, and not a storm.
async fn remind(
    tx: &mut Tx,
    row: &subscription::Model,
    order_id: OrderId,
    rung: i32,
) -> Result<()> {
    let policy = &tx.op().app().policy;
    let (days, since) = (&policy.dunning_days, row.past_due_at.unwrap_or(tx.now()));
    let passed = days
        .iter()
        .filter(|days| since + Duration::days(**days) <= tx.now());
    let rung = i32::try_from(passed.count()).unwrap_or(rung).max(rung);
    let is_last = usize::try_from(rung).is_ok_and(|rung| rung >= days.len());
    let expires_at = calendar::over_at(since, policy);
    let changes = subscription::ActiveModel {
        dunning_step: Set(rung),
        ..Default::default()
    };
    let row = schedule::change(tx, row, changes).await?;
    tx.record(SubscriptionPaymentReminded {
        subscription_id: row.id,
        user_id: row.user_id,
        order_id,
        step: rung,
        is_last,
        expires_at,
    })?;
    schedule::reschedule(tx, row).await?;
    Ok(())
}

/// Gives an unpaid subscription up, unless money may still be on its way: then it waits.
async fn expire(tx: &mut Tx, row: subscription::Model, order_id: OrderId) -> Result<bool> {
    let attempts = payments::query::of_order(tx, order_id).await?;
    if attempts
        .iter()
        .any(|attempt| holds_order_open(attempt.status))
    {
        let changes = subscription::ActiveModel {
            due_at: Set(Some(tx.now() + WAIT_FOR_MONEY)),
            ..Default::default()
        };
        schedule::change(tx, &row, changes).await?;
        return Ok(false);
    }
    let cause = match row.status {
        SubscriptionStatus::Trialing => "trial_over",
        _ => "not_paid",
    };
    let renewal = subscriptions::query::next_renewal(tx.db(), &row).await?;
    end(tx, &row, renewal, SubscriptionStatus::Expired, cause).await?;
    Ok(true)
}

/// Ends a subscription, and the unpaid order of its next period with it.
pub(super) async fn end(
    tx: &mut Tx,
    row: &subscription::Model,
    renewal: Option<renewal::Model>,
    to: SubscriptionStatus,
    cause: &str,
) -> Result<subscription::Model> {
    give_up(tx, row).await?;
    close_renewal(tx, renewal, to).await?;
    let now = tx.now();
    let changes = subscription::ActiveModel {
        auto_renew: Set(false),
        ended_at: Set(Some(now)),
        cancelled_at: Set(match to {
            SubscriptionStatus::Cancelled => row.cancelled_at.or(Some(now)),
            _ => row.cancelled_at,
        }),
        due_at: Set(None),
        updated_at: Set(now),
        ..Default::default()
    };
    transition::advance(tx, row, to, cause, changes).await
}

/// Closes the order of the next period, if it is not paid.
pub(super) async fn close_renewal(
    tx: &mut Tx,
    renewal: Option<renewal::Model>,
    because: SubscriptionStatus,
) -> Result<()> {
    let Some(renewal) = renewal.filter(|renewal| renewal.closed_at.is_none()) else {
        return Ok(());
    };
    let order = orders::query::lock(tx, renewal.order_id).await?;
    if orders::state::is_payable(order.status) {
        let ending = match because {
            SubscriptionStatus::Expired => Ending::Expired,
            _ => Ending::Cancelled,
        };
        close(tx, &order, ending).await?;
    }
    Ok(())
}

/// Tries again later, each time after a longer while; after ten times a person has to look.
async fn note_failure(op: &Op, id: SubscriptionId, error: &Error) -> Result<()> {
    let mut tx = op.begin().await?;
    let row = subscriptions::query::lock(&mut tx, id).await?;
    let busy = error.is_unavailable();
    let failures = if busy { row.failures } else { row.failures + 1 };
    let is_parked = failures >= calendar::MOST_FAILURES;
    let wait = Duration::minutes(1 << failures.clamp(0, 9));
    let changes = subscription::ActiveModel {
        failures: Set(failures),
        last_error: Set(Some(error.code().to_owned())),
        due_at: Set((!is_parked).then_some(tx.now() + wait)),
        ..Default::default()
    };
    schedule::change(&tx, &row, changes).await?;
    if is_parked {
        tx.record(SubscriptionParked {
            subscription_id: id,
            error: error.code().to_owned(),
        })?;
    }
    tx.commit().await
}
