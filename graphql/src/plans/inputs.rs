//! What is sent about plans.

use async_graphql::{Enum, ID, InputObject, MaybeUndefined, OneofObject};
use domain::{
    base::Result,
    plans::{Listing, NewPlan, PlanChanges, Terms, query},
};

use crate::base::{page::SortDirection, scalars::MoneyInput};

use super::types::BillingCycle;

/// Which plan: exactly one of the two.
#[derive(OneofObject, Clone, Debug)]
pub enum PlanBy {
    /// The one with this id.
    Id(ID),
    /// The one with this name in links.
    Slug(String),
}

/// Which plans; what is left out asks for all.
#[derive(InputObject, Clone, Debug, Default)]
pub struct PlanFilter {
    /// Those that are paid this often, by their present terms.
    pub billing_cycle: Option<BillingCycle>,
    /// Those that can, or cannot, be bought now. Without staff's role only the former are seen.
    pub is_active: Option<bool>,
    /// Those that are, or are not, marked as the popular choice.
    pub is_popular: Option<bool>,
    /// Those that were, or were not, taken off sale for good. Without staff's role only the latter are seen.
    pub is_archived: Option<bool>,
}

impl From<PlanFilter> for query::PlanFilter {
    fn from(filter: PlanFilter) -> Self {
        Self {
            billing_cycle: filter.billing_cycle.map(Into::into),
            is_active: filter.is_active,
            is_popular: filter.is_popular,
            is_archived: filter.is_archived,
        }
    }
}

/// What plans can be sorted by.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "domain::plans::query::PlanSortKey")]
pub enum PlanSortKey {
    /// The place that staff gave them.
    SortOrder,
    /// Their name.
    Name,
    /// When they were made.
    CreatedAt,
}

/// How plans are sorted.
#[derive(InputObject, Clone, Debug)]
pub struct PlanSort {
    /// By what.
    #[graphql(default_with = "PlanSortKey::SortOrder")]
    pub key: PlanSortKey,
    /// Which way.
    #[graphql(default_with = "SortDirection::Ascending")]
    pub direction: SortDirection,
}

impl Default for PlanSort {
    fn default() -> Self {
        Self {
            key: PlanSortKey::SortOrder,
            direction: SortDirection::Ascending,
        }
    }
}

/// A plan to be made.
#[derive(InputObject, Clone, Debug)]
pub struct CreatePlanInput {
    /// Its name in links: 2 to 64 of `a` to `z`, `0` to `9` and `-`, unique. It can never be changed.
    pub slug: String,
    /// Its name for people: one line of 1 to 100 characters.
    pub name: String,
    /// What one gets, as plain text of at most 2000 characters.
    #[graphql(default)]
    pub description: String,
    /// The price of one period, tax included: 0 to 100,000,000 of the currency's smallest unit in trade.
    pub price: MoneyInput,
    /// How often it is paid.
    pub billing_cycle: BillingCycle,
    /// The selling points, in order: at most 30 lines of 1 to 200 characters.
    #[graphql(default)]
    pub features: Vec<String>,
    /// How many days a person's first subscription is free of charge: 0 (none) to 366.
    #[graphql(default = 0)]
    pub trial_days: i32,
    /// How many users it is good for, 1 or more; leave it out for any number.
    pub max_users: Option<i32>,
    /// How much storage it gives, in megabytes, 1 or more; leave it out for any amount.
    pub max_storage_mb: Option<i64>,
    /// Whether it can be bought at once.
    #[graphql(default = true)]
    pub is_active: bool,
    /// Whether it is to be marked as the popular choice.
    #[graphql(default = false)]
    pub is_popular: bool,
    /// Its place in a list, small first.
    #[graphql(default = 0)]
    pub sort_order: i32,
}

impl CreatePlanInput {
    /// The plan that this asks for, not yet checked.
    ///
    /// # Errors
    /// A price that its currency cannot express.
    pub fn into_new_plan(self) -> Result<NewPlan> {
        Ok(NewPlan {
            slug: self.slug,
            listing: Listing {
                name: self.name,
                description: self.description,
                is_active: self.is_active,
                is_popular: self.is_popular,
                sort_order: self.sort_order,
            },
            terms: Terms {
                price: self.price.into_money("price.amount")?,
                billing_cycle: self.billing_cycle.into(),
                features: self.features,
                trial_days: self.trial_days,
                max_users: self.max_users,
                max_storage_mb: self.max_storage_mb,
            },
        })
    }
}

/// What is to become different about a plan. What is left out stays as it is.
#[derive(InputObject, Clone, Debug)]
pub struct UpdatePlanInput {
    /// Which plan.
    pub plan_id: ID,
    /// The `version` that you have read: the change is refused with `INVALID_STATE` if somebody else has changed
    /// the plan since. Without it, yours is made on top of theirs.
    pub expected_version: Option<i64>,
    /// Its name for people: one line of 1 to 100 characters.
    pub name: Option<String>,
    /// What one gets, as plain text of at most 2000 characters.
    pub description: Option<String>,
    /// The price for new customers, tax included: 0 to 100,000,000 of the currency's smallest unit in trade.
    pub price: Option<MoneyInput>,
    /// How often new customers pay.
    pub billing_cycle: Option<BillingCycle>,
    /// All selling points, in order, instead of the present ones: at most 30 lines of 1 to 200 characters.
    pub features: Option<Vec<String>>,
    /// How many days a person's first subscription is free of charge: 0 (none) to 366.
    pub trial_days: Option<i32>,
    /// How many users it is good for, 1 or more; `null` lifts the limit.
    pub max_users: MaybeUndefined<i32>,
    /// How much storage it gives, in megabytes, 1 or more; `null` lifts the limit.
    pub max_storage_mb: MaybeUndefined<i64>,
    /// Whether it can be bought.
    pub is_active: Option<bool>,
    /// Whether it is to be marked as the popular choice.
    pub is_popular: Option<bool>,
    /// Its place in a list, small first.
    pub sort_order: Option<i32>,
}

impl UpdatePlanInput {
    /// The changes that this asks for, not yet checked.
    ///
    /// # Errors
    /// A price that its currency cannot express.
    pub fn into_changes(self) -> Result<PlanChanges> {
        Ok(PlanChanges {
            expected_version: self.expected_version,
            name: self.name,
            description: self.description,
            is_active: self.is_active,
            is_popular: self.is_popular,
            sort_order: self.sort_order,
            price: self
                .price
                .map(|price| price.into_money("price.amount"))
                .transpose()?,
            billing_cycle: self.billing_cycle.map(Into::into),
            features: self.features,
            trial_days: self.trial_days,
            max_users: self.max_users.into(),
            max_storage_mb: self.max_storage_mb.into(),
        })
    }
}

/// Which plan is to be taken off sale.
#[derive(InputObject, Clone, Debug)]
pub struct ArchivePlanInput {
    /// Which plan.
    pub plan_id: ID,
}
