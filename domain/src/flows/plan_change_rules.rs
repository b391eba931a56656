//! When a plan can be changed, and to what.

use entity::{
    payments::{CardContractStatus, card_contract},
    plans::{BillingCycle, plan_version},
    subscriptions::{SubscriptionStatus, subscription},
};
use sea_orm::{ActiveEnum, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use crate::{
    base::{Code, Error, Result},
    subscriptions,
};

use super::plan_change::{ChangeMode, Wanted};

/// Whether this takes a change at the period's end back: to the plan that it is on.
pub(super) fn takes_back(wanted: Wanted<'_>) -> bool {
    wanted.plan_id == wanted.row.plan_id
        && wanted.mode == ChangeMode::PeriodEnd
        && wanted.row.next_plan_version_id.is_some()
}

/// Refuses what cannot be changed now.
///
/// # Errors
/// [`Code::InvalidState`] for a subscription that is not active, that is to be cancelled, whose period is over or whose
/// next one is paid, or where the cycle must stay; [`Code::SamePlan`], [`Code::PlanNotRecurring`],
/// [`Code::AlreadySubscribed`], [`Code::CurrencyMismatch`].
pub(super) async fn check(
    db: &impl ConnectionTrait,
    wanted: Wanted<'_>,
    present: &plan_version::Model,
    next: &plan_version::Model,
) -> Result<()> {
    let row = wanted.row;
    standing(wanted)?;
    if has_card_contract(db, row).await? {
        return Err(refused(
            "a card is charged for it by contract: cancel that first",
        ));
    }
    if wanted.plan_id == row.plan_id && !takes_back(wanted) {
        return Err(Error::refused(
            Code::SamePlan,
            "The subscription is to this plan already.",
        ));
    }
    if next.billing_cycle == BillingCycle::OneTime {
        return Err(Error::refused(
            Code::PlanNotRecurring,
            "This plan is paid once: use createOrder.",
        ));
    }
    if next.currency != present.currency {
        return Err(Error::refused(
            Code::CurrencyMismatch,
            "This plan is sold in another currency: cancel, and subscribe anew.",
        ));
    }
    if wanted.mode == ChangeMode::None && next.billing_cycle != present.billing_cycle {
        return Err(refused(
            "a change without money keeps the billing cycle: change at the period's end",
        ));
    }
    if subscriptions::query::holds_plan(db, row.user_id, wanted.plan_id, Some(row.id)).await? {
        return Err(Error::refused(
            Code::AlreadySubscribed,
            "There is another subscription to this plan.",
        ));
    }
    Ok(())
}

fn standing(wanted: Wanted<'_>) -> Result<()> {
    let row = wanted.row;
    if row.status != SubscriptionStatus::Active {
        let why = match row.status {
            SubscriptionStatus::Trialing => "its trial is running; subscribe to the other plan",
            SubscriptionStatus::PastDue => "pay its open order first",
            SubscriptionStatus::Paused => "resume it first",
            SubscriptionStatus::Pending => "its first order waits to be paid",
            _ => "it has ended; subscribe anew",
        };
        return Err(refused(format!("it is {}: {why}", row.status.to_value())));
    }
    if row.cancel_at_period_end {
        return Err(refused(
            "it is to be cancelled when its period ends: resume it first",
        ));
    }
    if row.current_period_end.is_none_or(|end| wanted.at >= end) {
        return Err(refused(
            "its period is just ending: try again in a few minutes",
        ));
    }
    if row.paid_until_at > row.current_period_end {
        return Err(refused(
            "its next period is paid already: change once that has begun",
        ));
    }
    if wanted.mode == ChangeMode::PeriodEnd && !row.auto_renew {
        return Err(refused("nothing follows its period: turn its renewal on"));
    }
    Ok(())
}

/// Whether a contract at the gateway charges a card for this subscription by itself, always the same amount: no plan is
/// changed under it.
async fn has_card_contract(db: &impl ConnectionTrait, row: &subscription::Model) -> Result<bool> {
    let live = card_contract::Entity::find()
        .filter(card_contract::Column::SubscriptionId.eq(row.id))
        .filter(card_contract::Column::Status.eq(CardContractStatus::Active))
        .one(db)
        .await?;
    Ok(live.is_some())
}

fn refused(why: impl std::fmt::Display) -> Error {
    Error::refused(
        Code::InvalidState,
        format!("The plan of this subscription cannot be changed now: {why}."),
    )
}
