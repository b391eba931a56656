//! What can be asked about reconciliation.

use async_graphql::{Context, Object, Result};
use domain::flows;

use crate::base::{Ask, error::outward, scalars::Date};

use super::types::Reconciliation;

/// Questions about reconciliation.
#[derive(Default)]
pub struct ReconciliationQuery;

#[Object]
impl ReconciliationQuery {
    /// Our payments beside the statements that `fabrica reconcile` took in, for days in Taipei, at most 92. It is
    /// made anew each time: what was mended is matched.
    async fn reconciliation(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The first day.")] from: Date,
        #[graphql(desc = "The last day; it is part of it.")] to: Date,
    ) -> Result<Reconciliation> {
        let (from, to) = (from.0, to.0);
        let found = context
            .op()?
            .read_list(|op| async move { flows::reconcile(&op, from, to).await })
            .await;
        found.map(Reconciliation).map_err(outward)
    }
}
