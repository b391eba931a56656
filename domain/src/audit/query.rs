//! Reading the audit trail.

use chrono::{DateTime, Duration, Utc};
use entity::{
    audit::{AuditOutcome, audit_entry, audit_seal, audit_unsealed},
    id::UserId,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder,
    QuerySelect, Select,
    sea_query::{Expr, Func},
};

use crate::base::{
    Access, Actor, Op, Result,
    page::{Direction, Sort, SortKey},
};

use super::chain::Head;

/// Which lines are asked for; `None` asks for all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Those of this person.
    pub actor_user_id: Option<UserId>,
    /// Those of this action.
    pub action: Option<ActionFilter>,
    /// Those about the thing with this public id.
    pub subject: Option<String>,
    /// Those that ended so.
    pub outcome: Option<AuditOutcome>,
    /// Those of this request.
    pub request_id: Option<String>,
    /// Those at this instant or later.
    pub from: Option<DateTime<Utc>>,
    /// Those before this instant.
    pub to: Option<DateTime<Utc>>,
}

/// Which actions are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ActionFilter {
    /// This one.
    Exactly(String),
    /// All that begin so: `order.`.
    StartingWith(String),
}

impl ActionFilter {
    /// Reads `order.placed` as that action, and `order.*` as all that begin with `order.`.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        match text.strip_suffix('*') {
            Some(beginning) => Self::StartingWith(beginning.to_owned()),
            None => Self::Exactly(text.to_owned()),
        }
    }

    fn condition(&self) -> Expr {
        match self {
            Self::Exactly(action) => audit_entry::Column::Action.eq(action.as_str()),
            // Not LIKE: it takes `_` for any letter, and `SQLite` ignores upper and lower case in it.
            Self::StartingWith(beginning) => {
                let length = i32::try_from(beginning.chars().count()).unwrap_or(i32::MAX);
                Expr::from(Func::cust("substr").args([
                    Expr::col(audit_entry::Column::Action),
                    Expr::value(1),
                    Expr::value(length),
                ]))
                .eq(beginning.as_str())
            }
        }
    }
}

/// The lines that this actor may see: staff see all, everybody else none.
#[must_use]
pub fn visible_to(actor: &Actor) -> Select<audit_entry::Entity> {
    let everything = audit_entry::Entity::find();
    if actor.may(Access::Staff) {
        return everything;
    }
    everything.filter(audit_entry::Column::Id.is_null())
}

/// The lines that this actor may see and asks for.
#[must_use]
pub fn matching(actor: &Actor, filter: &AuditFilter) -> Select<audit_entry::Entity> {
    use audit_entry::Column;
    let subject = filter.subject.as_deref();
    let request_id = filter.request_id.as_deref();
    visible_to(actor).filter(
        Condition::all()
            .add_option(filter.actor_user_id.map(|id| Column::ActorUserId.eq(id)))
            .add_option(filter.action.as_ref().map(ActionFilter::condition))
            .add_option(subject.map(|subject| Column::Subject.eq(subject)))
            .add_option(filter.outcome.map(|outcome| Column::Outcome.eq(outcome)))
            .add_option(request_id.map(|id| Column::RequestId.eq(id)))
            .add_option(filter.from.map(|from| Column::At.gte(from)))
            .add_option(filter.to.map(|to| Column::At.lt(to))),
    )
}

/// Newest first, the only sorting of the trail.
#[must_use]
pub fn newest_first() -> Sort<audit_entry::Entity> {
    Sort {
        name: "audit.at",
        column: audit_entry::Column::At,
        id_column: audit_entry::Column::Id,
        direction: Direction::Descending,
        key: |row| SortKey::Time(row.at),
        id: |row| row.id.0,
    }
}

/// The end of the chain; `None` before anything was sealed.
///
/// # Errors
/// The database does not answer.
pub async fn head(db: &impl ConnectionTrait) -> Result<Option<Head>> {
    let last = audit_seal::Entity::find().order_by_desc(audit_seal::Column::Sequence);
    Ok(last.one(db).await?.map(Head::from))
}

/// Whether the chain still goes through what was its end once.
///
/// # Errors
/// The database does not answer.
pub async fn goes_through(db: &impl ConnectionTrait, head: &Head) -> Result<bool> {
    let link = audit_seal::Entity::find_by_id(head.sequence)
        .one(db)
        .await?;
    Ok(link.is_some_and(|link| link.hash == head.hash))
}

/// For how long the line that waits longest has waited for its seal.
///
/// # Errors
/// The database does not answer.
pub async fn lag(op: &Op) -> Result<Duration> {
    let oldest: Option<DateTime<Utc>> = audit_unsealed::Entity::find()
        .select_only()
        .column(audit_unsealed::Column::At)
        .order_by_asc(audit_unsealed::Column::At)
        .into_tuple()
        .one(op.app().database.reader())
        .await?;
    let lag = oldest.map(|at| op.machine_now() - at);
    Ok(lag.unwrap_or_default().max(Duration::zero()))
}
