//! A person looks at what a change of plan would come to. Nothing is written.

use chrono::{DateTime, Utc};
use entity::id::{PlanId, SubscriptionId};

use crate::{
    base::{Op, Result, timeline::Timeline},
    subscriptions,
};

use super::{
    change_plan::require,
    plan_change::{ChangeMode, Quote, Wanted, quote},
    plan_change_token as token,
};

/// What a change would come to, and the word that lets `change_plan` do exactly that.
#[derive(Clone, Debug)]
pub struct PlanChangePreview {
    /// What it comes to.
    pub quote: Quote,
    /// To be sent with `change_plan`.
    pub token: String,
    /// Until when the token is good.
    pub expires_at: DateTime<Utc>,
}

/// Reckons a change of the caller's subscription (staff: anybody's) as of now.
///
/// # Errors
/// Whatever `change_plan` would refuse.
pub async fn preview_plan_change(
    op: &Op,
    subscription_id: SubscriptionId,
    plan_id: PlanId,
    mode: ChangeMode,
) -> Result<PlanChangePreview> {
    require(op, mode)?;
    let row = subscriptions::query::get(op, subscription_id).await?;
    let op = op.on(Timeline::of(op.reader(), row.test_clock_id).await?);
    let wanted = Wanted {
        row: &row,
        plan_id,
        mode,
        at: op.now(),
        tax_rate: op.app().policy.tax_rate_basis_points,
    };
    let quote = quote(op.reader(), wanted).await?;
    let token = token::write(&op, &row, plan_id, &quote).await?;
    Ok(PlanChangePreview {
        expires_at: op.now() + token::GOOD_FOR,
        quote,
        token,
    })
}
