//! A person changes the plan of their subscription.

use chrono::{DateTime, Utc};
use entity::{
    id::{OrderId, PlanId, SubscriptionId},
    orders::order,
    subscriptions::{SubscriptionStatus, plan_change as change_row, subscription},
};
use sea_orm::{ActiveModelTrait, ActiveValue::Set};
use serde::Serialize;

use crate::{
    base::{
        Access, Error, Op, Result, Tx,
        idempotency::{self, Claim, IdempotencyKey},
    },
    orders::{self, NewLine, NewOrder},
    subscriptions::{
        self,
        events::{CreditCause, SubscriptionPlanChangeScheduled},
        schedule,
    },
};

use super::{
    apply_plan_change::{give_up, switch},
    customer_credit::{move_by, negative},
    plan_change::{ChangeMode, Quote, Reckoned, Wanted, next_position, quote},
    plan_change_token::{self as token, Shown},
    renew_subscriptions::{close_renewal, lock},
    settlement,
};

/// What a person asks for.
#[derive(Clone, Debug, Serialize)]
pub struct ChangePlan {
    /// Of which subscription.
    pub subscription_id: SubscriptionId,
    /// To which plan.
    pub plan_id: PlanId,
    /// When, and for what.
    pub mode: ChangeMode,
    /// What `preview_plan_change` gave along with what it showed.
    pub preview_token: Option<String>,
}

/// Changes the plan of the caller's subscription (staff: anybody's). Now: an order is placed, and the change takes effect
/// when it is settled, which is at once where nothing is due; another change that waits to be paid ends, and so does the
/// unpaid order of the next period once the change takes effect. At the period's end: the next period is ordered on the
/// new terms, instead of an order that is open. With a preview's token it does exactly what that showed.
///
/// # Errors
/// [`crate::base::Code::PreviewDrifted`] when it cannot do what was shown; every refusal of the rules, or the key's own.
pub async fn change_plan(
    op: &Op,
    wanted: ChangePlan,
    key: &str,
) -> Result<(subscription::Model, Option<order::Model>)> {
    require(op, wanted.mode)?;
    let key = IdempotencyKey::new(op, "changePlan", key, &wanted)?;
    subscriptions::query::get(op, wanted.subscription_id).await?;
    let mut tx = op.begin().await?;
    if let Claim::Done(made) = idempotency::claim(&mut tx, &key).await? {
        return replay(&mut tx, wanted.subscription_id, &made).await;
    }
    let (row, _) = lock(&mut tx, wanted.subscription_id).await?;
    let shown = match &wanted.preview_token {
        Some(text) => Some(token::open(tx.op(), text, &wanted)?),
        None => None,
    };
    let quoted = reckon(&tx, &row, &wanted, shown.as_ref()).await?;
    if let Some(shown) = shown {
        token::compare(tx.db(), &shown, &row, &quoted).await?;
    }
    give_up(&mut tx, &row).await?;
    let order = match quoted.mode {
        ChangeMode::Now => Some(place(&mut tx, &row, quoted).await?),
        ChangeMode::PeriodEnd => at_period_end(&mut tx, row, quoted).await?,
        ChangeMode::None => without_money(&mut tx, &row, quoted).await?,
    };
    let made = order.as_ref().map(|order| order.id.to_string());
    idempotency::finish(&mut tx, &key, made.unwrap_or_default()).await?;
    let row = subscriptions::query::find_row(&tx, wanted.subscription_id).await?;
    tx.commit().await?;
    Ok((row, order))
}

/// Who may ask for a change like this. One without money is a gift, and staff's to make.
///
/// # Errors
/// The caller's role does not allow it.
pub(super) fn require(op: &Op, mode: ChangeMode) -> Result<()> {
    op.require(match mode {
        ChangeMode::Now | ChangeMode::PeriodEnd => Access::SignedIn,
        ChangeMode::None => Access::Staff,
    })
}

/// The change as it comes out now, or at the instant that was shown. What is refused now is refused however it was shown.
async fn reckon(
    tx: &Tx,
    row: &subscription::Model,
    asked: &ChangePlan,
    shown: Option<&Shown>,
) -> Result<Quote> {
    let wanted = |at: DateTime<Utc>| Wanted {
        row,
        plan_id: asked.plan_id,
        mode: asked.mode,
        at,
        tax_rate: tx.op().app().policy.tax_rate_basis_points,
    };
    let present = quote(tx.db(), wanted(tx.now())).await?;
    match shown {
        Some(shown) if shown.at != present.at => quote(tx.db(), wanted(shown.at)).await,
        _ => Ok(present),
    }
}

/// What the first request with this key made, as it is now.
async fn replay(
    tx: &mut Tx,
    id: SubscriptionId,
    made: &str,
) -> Result<(subscription::Model, Option<order::Model>)> {
    let order = match made {
        "" => None,
        made => {
            let id: OrderId = made.parse().map_err(Error::internal)?;
            Some(orders::query::lock(tx, id).await?)
        }
    };
    Ok((subscriptions::query::lock(tx, id).await?, order))
}

/// Places the order of a change now; where nothing is due it is settled at once.
async fn place(tx: &mut Tx, row: &subscription::Model, quoted: Quote) -> Result<order::Model> {
    let reckoned = quoted
        .reckoned
        .ok_or_else(|| Error::internal("a change now that was not reckoned"))?;
    let order_id: OrderId = tx.op().new_id();
    let lifetime = tx.now() + tx.op().app().policy.order_lifetime;
    let until = row.current_period_end.unwrap_or(lifetime);
    let lines = quoted.lines.iter().map(|line| NewLine {
        kind: line.kind,
        plan_version_id: quoted.terms.id,
        subscription_id: Some(row.id),
        period: line.period,
        description: line.description.clone(),
        quantity: 1,
        unit_price: line.amount,
    });
    let new = NewOrder {
        id: order_id,
        user_id: row.user_id,
        notes: String::new(),
        // What it reckons with is over when the period is.
        expires_at: Some(lifetime.min(until)),
        lines: lines.collect(),
    };
    let order = orders::place(tx, new).await?;
    let used = negative(reckoned.proration.credit_used);
    move_by(tx, row.id, order.id, used, CreditCause::Used).await?;
    insert(tx, row, &quoted, reckoned, order.id).await?;
    match order.total().is_zero() {
        true => settlement::settle_free(tx, &order).await,
        false => Ok(order),
    }
}

async fn insert(
    tx: &Tx,
    row: &subscription::Model,
    quoted: &Quote,
    reckoned: Reckoned,
    order_id: OrderId,
) -> Result<()> {
    change_row::ActiveModel {
        order_id: Set(order_id),
        subscription_id: Set(row.id),
        position: Set(next_position(tx.db(), row).await?),
        base_order_id: Set(reckoned.base_order_id),
        plan_version_id: Set(quoted.terms.id),
        at: Set(quoted.at),
        period_end: Set(quoted.period.1),
        restarts: Set(reckoned.restarts),
        seconds_left: Set(reckoned.seconds_left),
        price_minor: Set(quoted.terms.price_minor),
        applied_at: Set(None),
        closed_at: Set(None),
        created_at: Set(tx.now()),
    }
    .insert(tx.db())
    .await?;
    Ok(())
}

/// The next period is on the new terms. An order for it on the old ones is closed; the clockwork places another.
async fn at_period_end(
    tx: &mut Tx,
    row: subscription::Model,
    quoted: Quote,
) -> Result<Option<order::Model>> {
    let renewal = subscriptions::query::next_renewal(tx.db(), &row).await?;
    close_renewal(tx, renewal, SubscriptionStatus::Active).await?;
    let next = (quoted.terms.id != row.plan_version_id).then_some(quoted.terms.id);
    let changes = subscription::ActiveModel {
        next_plan_version_id: Set(next),
        ..Default::default()
    };
    let row = schedule::change(tx, &row, changes).await?;
    tx.record(SubscriptionPlanChangeScheduled {
        subscription_id: row.id,
        user_id: row.user_id,
        to: next,
        takes_effect_at: quoted.takes_effect_at,
    })?;
    schedule::reschedule(tx, row).await?;
    Ok(None)
}

/// The plan is another from now on; what was paid for the period stays what it was.
async fn without_money(
    tx: &mut Tx,
    row: &subscription::Model,
    quoted: Quote,
) -> Result<Option<order::Model>> {
    let renewal = subscriptions::query::next_renewal(tx.db(), row).await?;
    close_renewal(tx, renewal, SubscriptionStatus::Active).await?;
    switch(tx, row, &quoted.terms, Default::default(), None).await?;
    Ok(None)
}
