//! Changes of plan: what one would come to, and making it.

use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use domain::flows::{self, ChangePlan, PlanChangePreview as Preview, QuoteLine};

use crate::{
    base::{
        Ask, UserError,
        error::{for_payload, outward},
        idempotency, ids,
        scalars::Money,
    },
    orders::{Order, types::OrderLineKind},
    plans::types::{Plan, PlanVersion},
};

use super::types::PlanSubscription;

/// When a change of plan takes effect, and what it costs.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "domain::flows::ChangeMode")]
pub enum PlanChangeMode {
    /// Now, and time is reckoned by the second: what was paid and is not used counts against the rest of the period on
    /// the new plan. Another billing cycle begins a new period. A change that costs something takes effect when its
    /// order is paid, and not before.
    Now,
    /// With the next period, at its price.
    PeriodEnd,
    /// Now, and no money moves until the next period. Staff only.
    None,
}

/// Which change is looked at.
#[derive(InputObject)]
pub struct PreviewPlanChangeInput {
    /// Of which subscription.
    pub subscription_id: ID,
    /// To which plan.
    pub plan_id: ID,
    /// When, and for what.
    #[graphql(default_with = "PlanChangeMode::Now")]
    pub mode: PlanChangeMode,
}

/// Which change is made.
#[derive(InputObject)]
pub struct ChangePlanInput {
    /// Of which subscription.
    pub subscription_id: ID,
    /// To which plan.
    pub plan_id: ID,
    /// When, and for what.
    #[graphql(default_with = "PlanChangeMode::Now")]
    pub mode: PlanChangeMode,
    /// What `previewPlanChange` gave. With it, exactly what was shown is done, or `PREVIEW_DRIFTED` says what changed
    /// and nothing is done. Without it, the change is reckoned as of now.
    pub preview_token: Option<String>,
    /// A key of your own making, a new one for each new intention. The same key with the same input gives the same
    /// order, however often it is sent.
    /// May be left out, or empty, when the request carries it in the header `Idempotency-Key`.
    #[graphql(default)]
    pub idempotency_key: String,
}

/// A line of what a change of plan comes to.
#[derive(SimpleObject, Clone, Debug)]
pub struct PlanChangeLine {
    /// What it is for.
    kind: OrderLineKind,
    /// What it will say on the order and the invoice.
    description: String,
    /// What it comes to, tax included; negative for what is given back.
    amount: Money,
    /// When the time it is for begins; `null` for credit.
    period_start: Option<DateTime<Utc>>,
    /// When that time ends (exclusive).
    period_end: Option<DateTime<Utc>>,
}

impl From<QuoteLine> for PlanChangeLine {
    fn from(line: QuoteLine) -> Self {
        let (period_start, period_end) = line.period.unzip();
        Self {
            kind: line.kind.into(),
            description: line.description,
            amount: line.amount.into(),
            period_start,
            period_end,
        }
    }
}

/// What a change of plan would come to.
#[derive(SimpleObject, Clone, Debug)]
pub struct PlanChangePreview {
    /// When it takes effect, and what it costs.
    mode: PlanChangeMode,
    /// To which plan.
    plan: Plan,
    /// On which terms.
    terms: PlanVersion,
    /// Every line, as the order will have it; none when no money moves now.
    lines: Vec<PlanChangeLine>,
    /// What is to be paid now, tax included; the sum of the lines.
    due: Money,
    /// The tax in it.
    tax: Money,
    /// What is then kept for the next orders of the subscription.
    credit: Money,
    /// From when on the new plan gives what it gives, if what is due is paid at once.
    takes_effect_at: DateTime<Utc>,
    /// When the period that it leads to begins, or began.
    period_start: DateTime<Utc>,
    /// When that period ends (exclusive).
    period_end: DateTime<Utc>,
    /// When the next period begins; `null` when nothing follows.
    renews_at: Option<DateTime<Utc>>,
    /// What the next period will come to, with credit taken off; `null` when nothing follows.
    renewal_total: Option<Money>,
    /// To be sent with `changePlan`, which then does exactly this.
    preview_token: String,
    /// Until when the token is good: a quarter of an hour.
    expires_at: DateTime<Utc>,
}

impl From<Preview> for PlanChangePreview {
    fn from(preview: Preview) -> Self {
        let quote = preview.quote;
        let (renews_at, renewal_total) = quote.next.unzip();
        Self {
            mode: quote.mode.into(),
            plan: quote.plan.into(),
            terms: quote.terms.into(),
            lines: quote.lines.into_iter().map(Into::into).collect(),
            due: quote.due.into(),
            tax: quote.tax.into(),
            credit: quote.credit.into(),
            takes_effect_at: quote.takes_effect_at,
            period_start: quote.period.0,
            period_end: quote.period.1,
            renews_at,
            renewal_total: renewal_total.map(Into::into),
            preview_token: preview.token,
            expires_at: preview.expires_at,
        }
    }
}

/// What became of `changePlan`.
#[derive(SimpleObject)]
pub struct ChangePlanPayload {
    /// The subscription as it is now; `null` when there are errors.
    subscription: Option<PlanSubscription>,
    /// The order of a change now, to be paid with `beginPayment` unless it is `COMPLETED`; `null` for the other modes,
    /// and when there are errors.
    order: Option<Order>,
    /// What the caller must mend; empty when it was done.
    errors: Vec<UserError>,
}

/// Questions about changes of plan.
#[derive(Default)]
pub struct PlanChangesQuery;

#[Object]
impl PlanChangesQuery {
    /// What a change of the plan of one's own subscription (staff: any) would come to: every line and amount. Writes
    /// nothing. What `changePlan` would refuse is refused with the same reason.
    async fn preview_plan_change(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which change.")] input: PreviewPlanChangeInput,
    ) -> Result<PlanChangePreview> {
        let (id, plan_id) = (
            ids::parse(&input.subscription_id)?,
            ids::parse(&input.plan_id)?,
        );
        let mode = input.mode.into();
        let preview = flows::preview_plan_change(context.op()?, id, plan_id, mode).await;
        preview.map(Into::into).map_err(outward)
    }
}

/// Changing plans.
#[derive(Default)]
pub struct PlanChangesMutation;

#[Object]
impl PlanChangesMutation {
    /// Changes the plan of one's own subscription (staff: any), to a dearer or a cheaper one. What is due is paid like
    /// every order; what is left over is kept for the next ones.
    async fn change_plan(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which change.")] input: ChangePlanInput,
    ) -> Result<ChangePlanPayload> {
        let wanted = ChangePlan {
            subscription_id: ids::parse(&input.subscription_id)?,
            plan_id: ids::parse(&input.plan_id)?,
            mode: input.mode.into(),
            preview_token: input.preview_token,
        };
        let key = idempotency::key(context, &input.idempotency_key);
        let changed = Box::pin(flows::change_plan(context.op()?, wanted, key)).await;
        let (changed, errors) = for_payload(changed)?;
        let (subscription, order) = changed.unzip();
        Ok(ChangePlanPayload {
            subscription: subscription.map(PlanSubscription),
            order: order.flatten().map(Order),
            errors,
        })
    }
}
