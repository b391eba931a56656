//! What can be asked about the clockwork.

use async_graphql::{Context, Object, Result};
use domain::base::{Access, jobs::JOBS};

use crate::base::{Ask, error::outward};

use super::types::Job;

/// Questions about the clockwork.
#[derive(Default)]
pub struct JobsQuery;

#[Object]
impl JobsQuery {
    /// Everything that runs by itself.
    async fn jobs(&self, context: &Context<'_>) -> Result<Vec<Job>> {
        context.op()?.require(Access::Staff).map_err(outward)?;
        Ok(JOBS.iter().map(Job).collect())
    }
}
