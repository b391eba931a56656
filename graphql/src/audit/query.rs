//! What can be asked about the audit trail.

use async_graphql::{Context, Object, Result};
use domain::audit::query;

use crate::base::{Ask, page};

use super::types::{AuditEntryConnection, AuditLogFilter};

/// Questions about the audit trail.
#[derive(Default)]
pub struct AuditQuery;

#[Object]
impl AuditQuery {
    /// Who did what, and what was refused, newest first.
    async fn audit_log(
        &self,
        context: &Context<'_>,
        #[graphql(
            desc = "How many from the beginning, or after `after`: 1 to 100, unless the server is set to other bounds."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(
            desc = "How many from the end, or before `before`: 1 to 100, unless the server is set to other bounds."
        )]
        last: Option<i32>,
        #[graphql(desc = "Only what precedes this cursor.")] before: Option<String>,
        #[graphql(desc = "Which lines.")] filter: Option<AuditLogFilter>,
    ) -> Result<AuditEntryConnection> {
        let op = context.op()?;
        let filter = filter.unwrap_or_default().into_domain()?;
        let matching = query::matching(op.actor(), &filter);
        let request = page::request(first, after, last, before);
        AuditEntryConnection::fetch(op, matching, &query::newest_first(), &request).await
    }
}
