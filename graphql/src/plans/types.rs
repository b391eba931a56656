//! The types of plans.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object, Result};
use chrono::{DateTime, Utc};
use domain::{
    base::{
        Error,
        page::{Direction, PageRequest},
    },
    plans::query::{self, PlanFilter, PlanSortKey},
};
use entity::{
    id::{PlanId, PlanVersionId},
    plans::{plan, plan_version},
};

use crate::{
    base::{Ask, ask, error::outward, ids, page, scalars::Money},
    connection,
};

use super::{
    cache::{self, PageAsked},
    loaders::{PlanById, PlanVersionById, PlanVersionsByPlan},
};

/// How often a plan is paid.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "entity::plans::BillingCycle")]
pub enum BillingCycle {
    /// Every seven days.
    Weekly,
    /// Every month, on the day it began.
    Monthly,
    /// Every three months, on the day it began.
    Quarterly,
    /// Every year, on the day it began.
    Yearly,
    /// Once: it is ordered, not subscribed to.
    OneTime,
}

/// Something that is sold. It keeps its id and slug while its terms change.
#[derive(Clone, Debug)]
pub struct Plan(plan::Model);

impl From<plan::Model> for Plan {
    fn from(row: plan::Model) -> Self {
        Self(row)
    }
}

impl Plan {
    /// The plan that another row points at, for sale or not.
    ///
    /// # Errors
    /// The database does not answer, or the row points at nothing.
    pub async fn load(context: &Context<'_>, id: PlanId) -> Result<Self> {
        let row = cache::through(context, |cache| &cache.plans, id, async {
            ask::load::<PlanById, _>(context, id).await
        });
        row.await?
            .map(Self)
            .ok_or_else(|| outward(Error::internal(format!("the plan {id} is not there"))))
    }

    async fn terms(&self, context: &Context<'_>) -> Result<PlanVersion> {
        PlanVersion::load(context, self.0.current_version_id).await
    }
}

/// Something that is sold. It keeps its id and slug while its terms change.
#[Object]
impl Plan {
    /// The id, such as `pln_01jd…`.
    pub(crate) async fn id(&self) -> ID {
        ids::write(self.0.id)
    }

    /// Its name in links, such as `pro`. It never changes.
    async fn slug(&self) -> &str {
        &self.0.slug
    }

    /// Its name for people, in one line.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// What one gets, as plain text of a few sentences; may be empty.
    async fn description(&self) -> &str {
        &self.0.description
    }

    /// The price of one period for new customers, tax included.
    async fn price(&self, context: &Context<'_>) -> Result<Money> {
        Ok(self.terms(context).await?.0.price().into())
    }

    /// How often new customers pay.
    async fn billing_cycle(&self, context: &Context<'_>) -> Result<BillingCycle> {
        Ok(self.terms(context).await?.0.billing_cycle.into())
    }

    /// The selling points, in order.
    async fn features(&self, context: &Context<'_>) -> Result<Vec<String>> {
        Ok(self.terms(context).await?.0.features.0)
    }

    /// How many days a person's first subscription is free of charge; 0 for none.
    async fn trial_days(&self, context: &Context<'_>) -> Result<i32> {
        Ok(self.terms(context).await?.0.trial_days)
    }

    /// How many users it is good for; `null` for any number.
    async fn max_users(&self, context: &Context<'_>) -> Result<Option<i32>> {
        Ok(self.terms(context).await?.0.max_users)
    }

    /// How much storage it gives, in megabytes; `null` for any amount.
    async fn max_storage_mb(&self, context: &Context<'_>) -> Result<Option<i64>> {
        Ok(self.terms(context).await?.0.max_storage_mb)
    }

    /// Whether it can be bought now.
    async fn is_active(&self) -> bool {
        self.0.is_active
    }

    /// Whether it is to be marked as the popular choice.
    async fn is_popular(&self) -> bool {
        self.0.is_popular
    }

    /// Its place in a list, small first.
    async fn sort_order(&self) -> i32 {
        self.0.sort_order
    }

    /// Counts the changes, 1 at first. Send it as `expectedVersion` so that you overwrite nobody's change.
    async fn version(&self) -> i64 {
        self.0.version
    }

    /// The terms that new customers get.
    async fn current_version(&self, context: &Context<'_>) -> Result<PlanVersion> {
        self.terms(context).await
    }

    /// The terms it was sold on, newest first. Staff see the latest 100; everybody else the present ones alone.
    async fn versions(&self, context: &Context<'_>) -> Result<Vec<PlanVersion>> {
        let id = self.0.id;
        let rows = cache::through(context, |cache| &cache.versions, id, async {
            ask::load::<PlanVersionsByPlan, _>(context, id).await
        });
        Ok(rows
            .await?
            .unwrap_or_default()
            .into_iter()
            .map(PlanVersion)
            .collect())
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When it or its terms last changed.
    async fn updated_at(&self) -> DateTime<Utc> {
        self.0.updated_at
    }

    /// When it was taken off sale for good; `null` if it was not.
    async fn archived_at(&self) -> Option<DateTime<Utc>> {
        self.0.archived_at
    }
}

/// The terms of a plan from one day to the next. They never change: whoever bought on them keeps them.
#[derive(Clone, Debug)]
pub struct PlanVersion(pub(crate) plan_version::Model);

impl From<plan_version::Model> for PlanVersion {
    fn from(row: plan_version::Model) -> Self {
        Self(row)
    }
}

impl PlanVersion {
    /// The terms that another row points at.
    ///
    /// # Errors
    /// The database does not answer, or the row points at nothing.
    pub async fn load(context: &Context<'_>, id: PlanVersionId) -> Result<Self> {
        let row = cache::through(context, |cache| &cache.terms, id, async {
            ask::load::<PlanVersionById, _>(context, id).await
        });
        row.await?
            .map(Self)
            .ok_or_else(|| outward(Error::internal(format!("the terms {id} are not there"))))
    }
}

/// The terms of a plan from one day to the next. They never change: whoever bought on them keeps them.
#[Object]
impl PlanVersion {
    /// The id, such as `plv_01jd…`.
    async fn id(&self) -> ID {
        ids::write(self.0.id)
    }

    /// 1 for the first terms of the plan, then 2, and so on without gaps.
    async fn number(&self) -> i32 {
        self.0.number
    }

    /// The price of one period, tax included.
    async fn price(&self) -> Money {
        self.0.price().into()
    }

    /// How often it is paid.
    async fn billing_cycle(&self) -> BillingCycle {
        self.0.billing_cycle.into()
    }

    /// The selling points, in order.
    async fn features(&self) -> &[String] {
        &self.0.features.0
    }

    /// How many days a person's first subscription is free of charge; 0 for none.
    async fn trial_days(&self) -> i32 {
        self.0.trial_days
    }

    /// How many users it is good for; `null` for any number.
    async fn max_users(&self) -> Option<i32> {
        self.0.max_users
    }

    /// How much storage it gives, in megabytes; `null` for any amount.
    async fn max_storage_mb(&self) -> Option<i64> {
        self.0.max_storage_mb
    }

    /// From when new customers got these terms.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
}

connection!(
    PlanConnection,
    PlanEdge,
    Plan,
    plan::Entity,
    "Plans, page by page."
);

impl PlanConnection {
    /// The beginning or the end of a list, kept for everybody who asks for the same.
    pub(super) async fn shown(
        context: &Context<'_>,
        filter: PlanFilter,
        (key, direction): (PlanSortKey, Direction),
        request: PageRequest,
    ) -> Result<Self> {
        let op = context.op()?;
        let everything = query::matching(op.actor(), &filter);
        let sorted = query::sorted_by(key, direction);
        if request.after.is_some() || request.before.is_some() {
            return Self::fetch(op, everything, &sorted, &request).await;
        }
        let asked = PageAsked {
            filter,
            key,
            direction,
            first: request.first,
            last: request.last,
        };
        let page = cache::through(context, |cache| &cache.pages, asked, async {
            let page = page::read(op, &everything, &sorted, &request).await?;
            Ok(Some(Arc::new(page)))
        });
        let page = page.await?;
        let page = page.ok_or_else(|| outward(Error::internal("a page that is not there")))?;
        Ok(Self::of(op, everything, page))
    }
}
