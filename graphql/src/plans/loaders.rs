//! Plans and their terms for rows that point at them, in one statement for a whole answer.

use std::collections::HashMap;

use async_graphql::{Error, dataloader::Loader};
use domain::{base::Op, plans::query};
use entity::{
    id::{PlanId, PlanVersionId},
    plans::{plan, plan_version},
};

use crate::base::error::outward;

/// Loads plans, for sale or not.
pub struct PlanById(pub Op);

impl Loader<PlanId> for PlanById {
    type Value = plan::Model;
    type Error = Error;

    async fn load(&self, keys: &[PlanId]) -> Result<HashMap<PlanId, plan::Model>, Error> {
        query::by_ids(self.0.reader(), keys).await.map_err(outward)
    }
}

/// Loads terms, present or past.
pub struct PlanVersionById(pub Op);

impl Loader<PlanVersionId> for PlanVersionById {
    type Value = plan_version::Model;
    type Error = Error;

    async fn load(
        &self,
        keys: &[PlanVersionId],
    ) -> Result<HashMap<PlanVersionId, plan_version::Model>, Error> {
        query::versions_by_ids(self.0.reader(), keys)
            .await
            .map_err(outward)
    }
}

/// Loads the terms of plans that the caller may see, newest first.
pub struct PlanVersionsByPlan(pub Op);

impl Loader<PlanId> for PlanVersionsByPlan {
    type Value = Vec<plan_version::Model>;
    type Error = Error;

    async fn load(
        &self,
        keys: &[PlanId],
    ) -> Result<HashMap<PlanId, Vec<plan_version::Model>>, Error> {
        query::versions_of(&self.0, keys).await.map_err(outward)
    }
}
