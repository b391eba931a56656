//! What staff can do with plans.

use async_graphql::{Context, Object, Result, SimpleObject};
use domain::plans;
use entity::plans::plan;

use crate::base::{Ask, UserError, error::for_payload, ids};

use super::{
    inputs::{ArchivePlanInput, CreatePlanInput, UpdatePlanInput},
    types::Plan,
};

/// Work on plans.
#[derive(Default)]
pub struct PlansMutation;

/// What became of `createPlan`.
#[derive(SimpleObject)]
pub struct CreatePlanPayload {
    /// The new plan; `null` when there are errors.
    plan: Option<Plan>,
    /// What the caller must mend; empty when it was done.
    errors: Vec<UserError>,
}

/// What became of `updatePlan`.
#[derive(SimpleObject)]
pub struct UpdatePlanPayload {
    /// The plan as it is now; `null` when there are errors.
    plan: Option<Plan>,
    /// What the caller must mend; empty when it was done.
    errors: Vec<UserError>,
}

/// What became of `archivePlan`.
#[derive(SimpleObject)]
pub struct ArchivePlanPayload {
    /// The plan as it is now; `null` when there are errors.
    plan: Option<Plan>,
    /// What the caller must mend; empty when it was done.
    errors: Vec<UserError>,
}

#[Object]
impl PlansMutation {
    /// Makes a plan with its first terms.
    async fn create_plan(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The plan.")] input: CreatePlanInput,
    ) -> Result<CreatePlanPayload> {
        let op = context.op()?;
        let made = match input.into_new_plan() {
            Ok(new) => plans::create_plan(op, new).await,
            Err(error) => Err(error),
        };
        let (plan, errors) = answer(made)?;
        Ok(CreatePlanPayload { plan, errors })
    }

    /// Changes a plan. Another price, billing cycle, feature or limit makes a new version of its terms: who bought
    /// on the older ones keeps them.
    async fn update_plan(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The changes.")] input: UpdatePlanInput,
    ) -> Result<UpdatePlanPayload> {
        let op = context.op()?;
        let id = ids::parse(&input.plan_id)?;
        let updated = match input.into_changes() {
            Ok(changes) => plans::update_plan(op, id, changes).await,
            Err(error) => Err(error),
        };
        let (plan, errors) = answer(updated)?;
        Ok(UpdatePlanPayload { plan, errors })
    }

    /// Takes a plan off sale for good. Running subscriptions go on; doing it twice does no more than doing it once.
    async fn archive_plan(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which plan.")] input: ArchivePlanInput,
    ) -> Result<ArchivePlanPayload> {
        let archived = plans::archive_plan(context.op()?, ids::parse(&input.plan_id)?).await;
        let (plan, errors) = answer(archived)?;
        Ok(ArchivePlanPayload { plan, errors })
    }
}

fn answer(result: domain::base::Result<plan::Model>) -> Result<(Option<Plan>, Vec<UserError>)> {
    let (row, errors) = for_payload(result)?;
    Ok((row.map(Plan::from), errors))
}
