//! What can be done with the clockwork.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use domain::base::job_request;

use crate::base::{Ask, UserError, error::for_payload, idempotency};

use super::types::{Job, JobRun};

/// Work on the clockwork.
#[derive(Default)]
pub struct JobsMutation;

/// A run that is asked for.
#[derive(InputObject)]
pub struct RunJobInput {
    /// Of which job, by its name.
    pub name: String,
    /// A key of your own making, a new one for each new intention. The same key asks for the same run, however
    /// often it is sent.
    /// May be left out, or empty, when the request carries it in the header `Idempotency-Key`.
    #[graphql(default)]
    pub idempotency_key: String,
}

/// What became of `runJob`.
#[derive(SimpleObject)]
pub struct RunJobPayload {
    /// The job; `null` when there are errors.
    job: Option<Job>,
    /// The run that was asked for, which begins within seconds; `null` when there are errors.
    run: Option<JobRun>,
    /// What the caller must mend; empty when it was done.
    errors: Vec<UserError>,
}

#[Object]
impl JobsMutation {
    /// Asks for a run of a job now, beside its schedule. One replica does it, and `jobs` tells how it went.
    async fn run_job(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which job.")] input: RunJobInput,
    ) -> Result<RunJobPayload> {
        let op = context.op()?;
        let key = idempotency::key(context, &input.idempotency_key);
        let asked = job_request::request(op, &input.name, key).await;
        let (asked, errors) = for_payload(asked)?;
        let Some((job, slot_at)) = asked else {
            return Ok(RunJobPayload {
                job: None,
                run: None,
                errors,
            });
        };
        Ok(RunJobPayload {
            job: Some(Job(job)),
            run: Some(JobRun::of(op, job, slot_at).await?),
            errors,
        })
    }
}
