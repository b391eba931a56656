//! Looking at everything, in one snapshot.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, Utc};
use entity::{base::job_run, id::encode_suffix};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder,
    QueryResult, Statement,
};
use uuid::Uuid;

use crate::{
    audit,
    base::{Result, database::Database},
};

use super::{
    gaps, histories,
    invariant::{Broken, EXAMPLES, Finding, Invariant, Look, Report, Rule},
    list::INVARIANTS,
    sealed,
};

/// Looks at every invariant as of one instant; whatever is written meanwhile is not seen, and not kept waiting.
///
/// # Errors
/// The database does not answer.
pub async fn verify(database: &Database) -> Result<Report> {
    let snapshot = database.snapshot().await?;
    let mut findings = Vec::with_capacity(INVARIANTS.len());
    for invariant in INVARIANTS {
        findings.push(look_at(&snapshot, invariant).await?);
    }
    let head = audit::query::head(&snapshot).await?;
    snapshot.rollback().await?;
    Ok(Report { findings, head })
}

async fn look_at(db: &DatabaseTransaction, invariant: &Invariant) -> Result<Finding> {
    let mut finding = Finding {
        id: invariant.id,
        says: invariant.says,
        rows: 0,
        broken: Vec::new(),
    };
    let tables: BTreeSet<&str> = invariant.rules.iter().map(|rule| rule.among).collect();
    for table in tables {
        finding.rows += number(db, &format!("SELECT count(*) AS n FROM {table}"), None).await?;
    }
    for rule in invariant.rules {
        finding.note(apply(db, rule).await?);
    }
    match invariant.look {
        Look::Rules => {}
        Look::Gaps => gaps::look(db, &mut finding).await?,
        Look::Histories => histories::look(db, &mut finding).await?,
        Look::Chain => sealed::look(db, &mut finding).await?,
    }
    Ok(finding)
}

async fn apply(db: &DatabaseTransaction, rule: &Rule) -> Result<Broken> {
    let mut broken = Broken::new(rule.says);
    let before = match rule.late {
        None => None,
        Some((job, minutes)) => match last_run(db, job).await? {
            Some(began) => Some(began - Duration::minutes(minutes)),
            None => return Ok(broken),
        },
    };
    let query = format!("SELECT count(*) AS n FROM ({}) offenders", rule.broken);
    broken.violations = number(db, &query, before).await?;
    if broken.violations > 0 {
        let query = format!("{} LIMIT {EXAMPLES}", rule.broken);
        let rows = db.query_all_raw(statement(db, &query, before)).await?;
        for row in &rows {
            broken.examples.push(name(row, rule.named)?);
        }
    }
    Ok(broken)
}

/// When the last run of a job began that came to a good end.
async fn last_run(db: &DatabaseTransaction, job: &str) -> Result<Option<DateTime<Utc>>> {
    let run = job_run::Entity::find()
        .filter(job_run::Column::Job.eq(job))
        .filter(job_run::Column::FinishedAt.is_not_null())
        .filter(job_run::Column::Error.is_null())
        .order_by_desc(job_run::Column::SlotAt)
        .one(db)
        .await?;
    Ok(run.map(|run| run.started_at))
}

fn name(row: &QueryResult, prefix: &str) -> Result<String> {
    if prefix.is_empty() {
        return Ok(row.try_get("", "id")?);
    }
    // What was put in by hand may have an id that is none.
    let id: Option<Uuid> = row.try_get("", "id").ok();
    Ok(format!(
        "{prefix}_{}",
        id.map_or_else(|| "?".to_owned(), encode_suffix)
    ))
}

async fn number(
    db: &DatabaseTransaction,
    query: &str,
    before: Option<DateTime<Utc>>,
) -> Result<u64> {
    let row = db.query_one_raw(statement(db, query, before)).await?;
    let n: i64 = row
        .map(|row| row.try_get("", "n"))
        .transpose()?
        .unwrap_or_default();
    Ok(u64::try_from(n).unwrap_or_default())
}

fn statement(db: &DatabaseTransaction, query: &str, before: Option<DateTime<Utc>>) -> Statement {
    let engine = db.get_database_backend();
    match before {
        None => Statement::from_string(engine, query),
        Some(before) => Statement::from_sql_and_values(engine, query, [before.into()]),
    }
}
