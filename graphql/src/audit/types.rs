//! The types of the audit trail.

use async_graphql::{Enum, ID, InputObject, Object, Result};
use chrono::{DateTime, Utc};
use domain::audit::{self, ActionFilter};
use entity::audit::audit_entry;

use crate::{
    base::{ids, scalars::Json},
    connection,
};

/// How something ended.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "entity::audit::AuditOutcome")]
pub enum AuditOutcome {
    /// It was done.
    Done,
    /// It was refused.
    Refused,
}

/// A line of the audit trail: who did what, to which thing, from where. It is never changed.
#[derive(Clone, Debug)]
pub struct AuditEntry(audit_entry::Model);

impl From<audit_entry::Model> for AuditEntry {
    fn from(row: audit_entry::Model) -> Self {
        Self(row)
    }
}

/// A line of the audit trail: who did what, to which thing, from where. It is never changed.
#[Object]
impl AuditEntry {
    /// The id, such as `aud_01jd…`.
    async fn id(&self) -> ID {
        ids::write(self.0.id)
    }

    /// When.
    async fn at(&self) -> DateTime<Utc> {
        self.0.at
    }

    /// Who, in one word: `anonymous`, `user`, or `system:` with the part of Fabrica that did it.
    async fn actor(&self) -> &str {
        &self.0.actor
    }

    /// The user who did it; `null` when it was no person.
    async fn actor_user_id(&self) -> Option<ID> {
        self.0.actor_user_id.map(ids::write)
    }

    /// What: the kind of the event, such as `plan.created`, or the mutation that was refused, such as `createPlan`.
    async fn action(&self) -> &str {
        &self.0.action
    }

    /// The id of the thing it was done to; `null` when it never came to that.
    async fn subject(&self) -> Option<ID> {
        self.0.subject.clone().map(ID)
    }

    /// How it ended.
    async fn outcome(&self) -> AuditOutcome {
        self.0.outcome.into()
    }

    /// Why it was refused, such as `FORBIDDEN`; `null` when it was done.
    async fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// The network address it came from; empty for the clockwork.
    async fn address(&self) -> &str {
        &self.0.address
    }

    /// The user agent, cut at 200 characters; empty for the clockwork.
    async fn agent(&self) -> &str {
        &self.0.agent
    }

    /// The request it was done in, as in the header `X-Request-Id`.
    async fn request_id(&self) -> &str {
        &self.0.request_id
    }

    /// The door it came through: `graphql`, `callback`, `job` or `command`.
    async fn origin(&self) -> &str {
        &self.0.origin
    }

    /// What changed: ids, amounts and column names, never names of people or addresses.
    async fn details(&self) -> Json {
        Json(self.0.details.clone())
    }
}

connection!(
    AuditEntryConnection,
    AuditEntryEdge,
    AuditEntry,
    audit_entry::Entity,
    "Lines of the audit trail, page by page, newest first."
);

/// Which lines; what is left out asks for all.
#[derive(InputObject, Clone, Debug, Default)]
pub struct AuditLogFilter {
    /// Those of this user.
    pub actor_user_id: Option<ID>,
    /// Those of this action, such as `plan.created`; with a `*` at its end all that begin so, such as `plan.*`.
    pub action: Option<String>,
    /// Those about the thing with this id.
    pub subject: Option<ID>,
    /// Those that ended so.
    pub outcome: Option<AuditOutcome>,
    /// Those of this request.
    pub request_id: Option<String>,
    /// Those at this instant or later.
    pub from: Option<DateTime<Utc>>,
    /// Those before this instant.
    pub to: Option<DateTime<Utc>>,
}

impl AuditLogFilter {
    /// The filter in the domain's words.
    ///
    /// # Errors
    /// An id that is not one of a user.
    pub fn into_domain(self) -> Result<audit::AuditFilter> {
        Ok(audit::AuditFilter {
            actor_user_id: self.actor_user_id.as_ref().map(ids::parse).transpose()?,
            action: self.action.as_deref().map(ActionFilter::parse),
            subject: self.subject.map(|id| id.0),
            outcome: self.outcome.map(Into::into),
            request_id: self.request_id,
            from: self.from,
            to: self.to,
        })
    }
}
