//! What a change of plan comes to: everything that `previewPlanChange` shows and `changePlan` does, reckoned at one
//! place from what is in the database. Reads, and writes nothing.

use chrono::{DateTime, SubsecRound, Utc};
use entity::{
    id::{OrderId, PlanId},
    money::Money,
    orders::{LineKind, order_line},
    payments::settlement,
    plans::{BillingCycle, plan, plan_version},
    subscriptions::{plan_change, subscription},
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::Serialize;

use crate::{
    base::{Code, Error, Result},
    invoices::tax,
    plans,
    subscriptions::{
        self, period,
        proration::{Becomes, Proration, Rate, Running, prorate},
    },
};

use super::plan_change_rules;

/// When a change takes effect, and what it costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum ChangeMode {
    /// Now, and time is reckoned by the second.
    Now,
    /// With the next period.
    PeriodEnd,
    /// Now, and no money moves until the next period. Staff only.
    None,
}

/// Which change is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// Of which subscription.
    pub row: &'a subscription::Model,
    /// To which plan.
    pub plan_id: PlanId,
    /// When.
    pub mode: ChangeMode,
    /// The instant it is reckoned from.
    pub at: DateTime<Utc>,
    /// The tax rate in basis points.
    pub tax_rate: i32,
}

/// What a change of plan comes to.
#[derive(Clone, Debug)]
pub struct Quote {
    /// When it takes effect, and what it costs.
    pub mode: ChangeMode,
    /// To which plan.
    pub plan: plan::Model,
    /// On which terms.
    pub terms: plan_version::Model,
    /// The instant it is reckoned from, in whole seconds.
    pub at: DateTime<Utc>,
    /// From when on the new plan gives what it gives, if what is due is paid at once.
    pub takes_effect_at: DateTime<Utc>,
    /// The period it leads to: start and end (exclusive).
    pub period: (DateTime<Utc>, DateTime<Utc>),
    /// Every line, as the order will have it.
    pub lines: Vec<QuoteLine>,
    /// What is to be paid now, tax included.
    pub due: Money,
    /// The tax in it.
    pub tax: Money,
    /// What is kept for later orders, all in all.
    pub credit: Money,
    /// The next order: from when on its period counts, and what it will come to. `None` when nothing follows.
    pub next: Option<(DateTime<Utc>, Money)>,
    /// How it was reckoned, for a change that is reckoned.
    pub(super) reckoned: Option<Reckoned>,
}

/// A line of a quote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct QuoteLine {
    /// What it is for.
    pub kind: LineKind,
    /// What it says.
    pub description: String,
    /// What it comes to; negative for what is given back.
    pub amount: Money,
    /// The time it is for.
    pub period: Option<(DateTime<Utc>, DateTime<Utc>)>,
}

/// What a change of plan within a period was reckoned from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reckoned {
    pub(super) base_order_id: OrderId,
    pub(super) seconds_left: i64,
    pub(super) restarts: bool,
    pub(super) proration: Proration,
}

/// Reckons a change.
///
/// # Errors
/// Every refusal of [`plan_change_rules::check`]; [`Code::PlanNotForSale`].
pub(super) async fn quote(db: &impl ConnectionTrait, wanted: Wanted<'_>) -> Result<Quote> {
    let row = wanted.row;
    let present = terms(db, row.plan_version_id).await?;
    let takes_back = plan_change_rules::takes_back(wanted);
    let (plan, next_terms) = match takes_back {
        true => (plan(db, row.plan_id).await?, present.clone()),
        false => plans::query::get_for_sale(db, wanted.plan_id).await?,
    };
    plan_change_rules::check(db, wanted, &present, &next_terms).await?;
    let (Some(start), Some(end)) = (row.current_period_start, row.current_period_end) else {
        return Err(Error::internal(format!("{} has no period", row.id)));
    };
    let at = wanted.at.trunc_subsecs(0).max(start);
    let available = row.credit_minor + reserved_by_open_change(db, row).await?;
    let nothing = Money::zero(next_terms.currency);
    let mut quote = Quote {
        mode: wanted.mode,
        plan,
        at,
        takes_effect_at: at,
        period: (start, end),
        lines: Vec::new(),
        due: nothing,
        tax: nothing,
        credit: Money::new(available, next_terms.currency),
        next: None,
        reckoned: None,
        terms: next_terms,
    };
    match wanted.mode {
        ChangeMode::Now => reckon(db, wanted, &present, &mut quote).await?,
        ChangeMode::PeriodEnd => quote.takes_effect_at = end,
        ChangeMode::None => {}
    }
    quote.next = next_order(db, row, &quote).await?;
    Ok(quote)
}

/// A change now: what the rest of the period was worth, and what it costs on the new terms.
async fn reckon(
    db: &impl ConnectionTrait,
    wanted: Wanted<'_>,
    present: &plan_version::Model,
    quote: &mut Quote,
) -> Result<()> {
    let (start, end) = quote.period;
    let (base, running) = running(db, wanted.row).await?;
    let seconds_left = (end - quote.at).num_seconds().clamp(0, running.seconds);
    let price = quote.terms.price();
    let restarts = present.billing_cycle != quote.terms.billing_cycle;
    let becomes = match restarts {
        true => Becomes::NewPeriod { price },
        false => Becomes::SamePeriod { price },
    };
    if restarts {
        quote.period = first_period(quote.at, quote.terms.billing_cycle)?;
    }
    let made = prorate(&running, seconds_left, becomes, quote.credit.minor)
        .ok_or_else(|| Error::internal(format!("{} cannot be prorated", wanted.row.id)))?;
    quote.due = made.due;
    quote.tax = tax::included_tax(made.due, wanted.tax_rate)
        .ok_or_else(|| Error::internal("a tax does not fit"))?;
    quote.credit = quote
        .credit
        .checked_sub(made.credit_used)?
        .checked_add(made.credit_kept)?;
    let old = plan(db, present.plan_id).await?;
    let charged = (quote.at.max(start), quote.period.1);
    quote.lines = lines(&made, &old.name, &quote.plan.name, (quote.at, end), charged);
    quote.reckoned = Some(Reckoned {
        base_order_id: base,
        seconds_left,
        restarts,
        proration: made,
    });
    Ok(())
}

fn lines(
    made: &Proration,
    old: &str,
    new: &str,
    unused: (DateTime<Utc>, DateTime<Utc>),
    charged: (DateTime<Utc>, DateTime<Utc>),
) -> Vec<QuoteLine> {
    let line = |kind, description, amount, period| QuoteLine {
        kind,
        description,
        amount,
        period,
    };
    let negative = super::customer_credit::negative;
    let all = [
        line(
            LineKind::SubscriptionChange,
            new.to_owned(),
            made.charge,
            Some(charged),
        ),
        line(
            LineKind::UnusedTime,
            format!("{old}: time not used"),
            negative(made.unused),
            Some(unused),
        ),
        line(
            LineKind::CreditUsed,
            "Credit".to_owned(),
            negative(made.credit_used),
            None,
        ),
        line(
            LineKind::CreditKept,
            "Credit for later".to_owned(),
            made.credit_kept,
            None,
        ),
    ];
    all.into_iter()
        .filter(|line| line.kind == LineKind::SubscriptionChange || !line.amount.is_zero())
        .collect()
}

fn first_period(at: DateTime<Utc>, cycle: BillingCycle) -> Result<(DateTime<Utc>, DateTime<Utc>)> {
    period::period(at, cycle, 0).ok_or_else(|| Error::internal("a plan without periods"))
}

/// The order that follows: at the end of the period it leads to, less what is kept.
async fn next_order(
    db: &impl ConnectionTrait,
    row: &subscription::Model,
    quote: &Quote,
) -> Result<Option<(DateTime<Utc>, Money)>> {
    if !row.auto_renew {
        return Ok(None);
    }
    let price = quote.terms.price();
    let renewal = subscriptions::query::next_renewal(db, row).await?;
    let reserved = match renewal.filter(|renewal| renewal.closed_at.is_none()) {
        Some(renewal) => reserved(db, renewal.order_id).await?,
        None => 0,
    };
    let credit = quote.credit.minor + reserved;
    let used = Money::new(credit.min(price.minor), price.currency);
    Ok(Some((quote.period.1, price.checked_sub(used)?)))
}

/// The order that paid the present period, how long that is, and what held in it from when on.
///
/// # Errors
/// [`Code::InvalidState`]: staff made it active without an order.
pub(super) async fn running(
    db: &impl ConnectionTrait,
    row: &subscription::Model,
) -> Result<(OrderId, Running)> {
    let changes = plan_change::Entity::find()
        .filter(plan_change::Column::SubscriptionId.eq(row.id))
        .filter(plan_change::Column::AppliedAt.is_not_null())
        .order_by_asc(plan_change::Column::Position)
        .all(db)
        .await?;
    let restart = changes
        .iter()
        .rfind(|change| change.restarts && Some(change.at) == row.current_period_start);
    let lines = order_line::Entity::find()
        .filter(order_line::Column::SubscriptionId.eq(row.id))
        .filter(order_line::Column::PeriodStart.eq(row.current_period_start))
        .all(db)
        .await?;
    let mut base = None;
    for line in lines {
        let begins = match restart {
            Some(change) => {
                line.kind == LineKind::SubscriptionChange && line.order_id == change.order_id
            }
            None => line.kind == LineKind::SubscriptionPeriod,
        };
        if begins && is_settled(db, line.order_id).await? {
            base = Some(line);
        }
    }
    let known = base.and_then(|base| Some((base.period_end? - base.period_start?, base)));
    let (length, base) = known.ok_or_else(|| {
        Error::refused(
            Code::InvalidState,
            "No order paid the present period: change its plan at the period's end.",
        )
    })?;
    let first = Rate {
        seconds_left: length.num_seconds(),
        price_minor: base.amount_minor,
    };
    let later = changes
        .iter()
        .filter(|change| change.base_order_id == base.order_id && !change.restarts)
        .map(|change| Rate {
            seconds_left: change.seconds_left,
            price_minor: change.price_minor,
        });
    let rates = std::iter::once(first).chain(later).collect();
    let running = Running {
        seconds: length.num_seconds(),
        rates,
    };
    Ok((base.order_id, running))
}

async fn is_settled(db: &impl ConnectionTrait, order_id: OrderId) -> Result<bool> {
    let found = settlement::Entity::find()
        .filter(settlement::Column::OrderId.eq(order_id))
        .one(db)
        .await?;
    Ok(found.is_some())
}

/// Which change of this subscription the next one is, from 1.
pub(super) async fn next_position(
    db: &impl ConnectionTrait,
    row: &subscription::Model,
) -> Result<i32> {
    let last = plan_change::Entity::find()
        .filter(plan_change::Column::SubscriptionId.eq(row.id))
        .order_by_desc(plan_change::Column::Position)
        .one(db)
        .await?;
    Ok(last.map_or(0, |last| last.position) + 1)
}

/// The change of this subscription that waits to be paid.
pub(super) async fn open_change(
    db: &impl ConnectionTrait,
    row: &subscription::Model,
) -> Result<Option<plan_change::Model>> {
    Ok(plan_change::Entity::find()
        .filter(plan_change::Column::SubscriptionId.eq(row.id))
        .filter(plan_change::Column::AppliedAt.is_null())
        .filter(plan_change::Column::ClosedAt.is_null())
        .one(db)
        .await?)
}

async fn reserved_by_open_change(
    db: &impl ConnectionTrait,
    row: &subscription::Model,
) -> Result<i64> {
    match open_change(db, row).await? {
        Some(change) => reserved(db, change.order_id).await,
        None => Ok(0),
    }
}

/// How much credit an order has taken, in minor units.
pub(super) async fn reserved(db: &impl ConnectionTrait, order_id: OrderId) -> Result<i64> {
    let lines = order_line::Entity::find()
        .filter(order_line::Column::OrderId.eq(order_id))
        .filter(order_line::Column::Kind.eq(LineKind::CreditUsed))
        .all(db)
        .await?;
    Ok(lines.iter().map(|line| -line.amount_minor).sum())
}

pub(super) async fn terms(
    db: &impl ConnectionTrait,
    id: entity::id::PlanVersionId,
) -> Result<plan_version::Model> {
    let mut found = plans::query::versions_by_ids(db, &[id]).await?;
    found.remove(&id).ok_or(Error::NotFound("plan version"))
}

async fn plan(db: &impl ConnectionTrait, id: PlanId) -> Result<plan::Model> {
    let mut found = plans::query::by_ids(db, &[id]).await?;
    found.remove(&id).ok_or(Error::NotFound("plan"))
}
