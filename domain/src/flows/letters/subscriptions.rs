//! What a subscriber is told: a renewal comes, it was not paid, the subscription is over.

use entity::{
    base::event,
    id::{OrderId, SubscriptionId},
    money::Money,
    orders::order,
    payments::CardContractStatus,
    subscriptions::{SubscriptionStatus, subscription},
};

use crate::{
    base::{Error, Op, Result, Timeline},
    flows::pay_by_link,
    orders::{self, state::is_payable},
    payments::contracts,
    plans,
    ports::{Letter, PaymentReminderLetter, RenewalLetter, SubscriptionEndedLetter},
    subscriptions,
};

use super::{Drafted, GONE, addressee, mail, read, summary};

/// Why a subscription ends that was not paid for; see `flows::renew_subscriptions`.
const NOT_PAID: &str = "not_paid";

/// The order of the next period was placed.
pub(super) async fn renewal_coming(op: &Op, event: &event::Model) -> Result<Drafted> {
    let (row, order) = both(op, event).await?;
    let Some(to) = addressee(op, row.user_id).await? else {
        return Ok(GONE);
    };
    let op = &op.on(Timeline::of(op.reader(), row.test_clock_id).await?);
    if !is_payable(order.status) {
        return Ok(Drafted::Nothing("the renewal is paid, or over"));
    }
    let renews_at = read(event, "period_start")?;
    if renews_at <= op.now() {
        return Ok(Drafted::Nothing(
            "the period has come; reminders say the rest",
        ));
    }
    let pays_itself = is_charged(op, row.id, order.total()).await?;
    let letter = RenewalLetter {
        plan: first_line(op, &order).await?,
        amount: order.total(),
        renews_at,
        payment_link: (!pays_itself).then(|| pay_by_link::link(op, &order)),
        link: op.app().links.public_url().to_owned(),
    };
    Ok(mail(to, Letter::RenewalComing(letter)))
}

/// The next period was not paid.
pub(super) async fn payment_reminder(op: &Op, event: &event::Model) -> Result<Drafted> {
    let (row, order) = both(op, event).await?;
    let Some(to) = addressee(op, row.user_id).await? else {
        return Ok(GONE);
    };
    let op = &op.on(Timeline::of(op.reader(), row.test_clock_id).await?);
    if !is_payable(order.status) || row.status != SubscriptionStatus::PastDue {
        return Ok(Drafted::Nothing("the period is paid, or it is over"));
    }
    let step: i32 = read(event, "step")?;
    if step < row.dunning_step {
        return Ok(Drafted::Nothing("a later reminder says the same"));
    }
    let pay_until = read(event, "expires_at")?;
    if pay_until <= op.now() {
        return Ok(Drafted::Nothing("the time to pay is over"));
    }
    let letter = PaymentReminderLetter {
        plan: first_line(op, &order).await?,
        order: summary(op, &order).await?,
        pay_until,
        is_last: read(event, "is_last")?,
        link: pay_by_link::link(op, &order),
    };
    Ok(mail(to, Letter::PaymentReminder(letter)))
}

/// A subscription that ran has ended.
pub(super) async fn ended(op: &Op, event: &event::Model) -> Result<Drafted> {
    let row = subscriptions::query::get(op, read(event, "subscription_id")?).await?;
    let Some(to) = addressee(op, row.user_id).await? else {
        return Ok(GONE);
    };
    let status: SubscriptionStatus = read(event, "to")?;
    if row.status != status {
        return Ok(Drafted::Nothing("the subscription has moved on"));
    }
    let cause: String = read(event, "cause")?;
    let plans = plans::query::by_ids(op.reader(), &[row.plan_id]).await?;
    let plan = plans.get(&row.plan_id).ok_or(Error::NotFound("plan"))?;
    let letter = SubscriptionEndedLetter {
        plan: plan.name.clone(),
        ended_at: row.ended_at.unwrap_or(event.occurred_at),
        unpaid: cause == NOT_PAID,
        link: op.app().links.public_url().to_owned(),
    };
    Ok(mail(to, Letter::SubscriptionEnded(letter)))
}

async fn both(op: &Op, event: &event::Model) -> Result<(subscription::Model, order::Model)> {
    let id: SubscriptionId = read(event, "subscription_id")?;
    let order_id: OrderId = read(event, "order_id")?;
    Ok((
        subscriptions::query::get(op, id).await?,
        orders::query::get(op, order_id).await?,
    ))
}

/// Whether a card is charged this much for it without anybody's doing.
async fn is_charged(op: &Op, id: SubscriptionId, total: Money) -> Result<bool> {
    let contracts = contracts::query::of_subscriptions(op, &[id]).await?;
    Ok(contracts.get(&id).is_some_and(|contract| {
        contract.status == CardContractStatus::Active && contract.amount() == total
    }))
}

/// What is renewed, as the order calls it: its plan may be another one than before.
async fn first_line(op: &Op, order: &order::Model) -> Result<String> {
    let lines = summary(op, order).await?.lines;
    let line = lines.into_iter().next();
    Ok(line
        .ok_or_else(|| Error::internal(format!("{} has no line", order.id)))?
        .name)
}
