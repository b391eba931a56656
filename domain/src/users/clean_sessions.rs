//! A job: throws away what no log-in needs any more.

use chrono::{DateTime, Duration, Utc};
use entity::{
    id::{OneTimeCodeId, RefreshTokenId, SessionId},
    users::{log_in_failure, mail_request, one_time_code, refresh_token, session},
};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect};

use crate::base::{Access, Op, Result};

/// How long what has ended is kept, for whoever looks into a theft.
const KEPT: Duration = Duration::days(30);
/// How long failed log-ins are kept; they count for a quarter of an hour.
const FAILURES_KEPT: Duration = Duration::days(1);
/// How long codes are kept after their time.
const CODES_KEPT: Duration = Duration::days(7);
/// How many rows go in one transaction: others write meanwhile.
const BATCH: u64 = 500;

/// Deletes sessions that ended, and refresh tokens that expired, more than 30 days ago, codes that expired more than
/// 7 days ago, and failed log-ins and requests for mails of more than a day ago. Gives how many rows went. Safe to run twice and at the same time.
///
/// # Errors
/// Whoever is not admin or a part of Fabrica; the database does not answer. Batches done before stay done.
pub async fn clean_sessions(op: &Op) -> Result<u64> {
    op.require(Access::Admin)?;
    let now = op.machine_now();
    let mut deleted = 0;
    loop {
        let batch = sessions(op, now - KEPT).await?
            + tokens(op, now - KEPT).await?
            + failures(op, now - FAILURES_KEPT).await?
            + codes(op, now - CODES_KEPT).await?
            + mail_requests(op, now - FAILURES_KEPT).await?;
        if batch == 0 {
            return Ok(deleted);
        }
        deleted += batch;
    }
}

async fn sessions(op: &Op, before: DateTime<Utc>) -> Result<u64> {
    let tx = op.begin().await?;
    let ended: Vec<SessionId> = session::Entity::find()
        .filter(
            Condition::any()
                .add(session::Column::RevokedAt.lt(before))
                .add(session::Column::ExpiresAt.lt(before)),
        )
        .select_only()
        .column(session::Column::Id)
        .limit(BATCH)
        .into_tuple()
        .all(tx.db())
        .await?;
    if ended.is_empty() {
        return Ok(0);
    }
    let tokens = refresh_token::Entity::delete_many()
        .filter(refresh_token::Column::SessionId.is_in(ended.clone()))
        .exec(tx.db())
        .await?;
    let sessions = session::Entity::delete_many()
        .filter(session::Column::Id.is_in(ended))
        .exec(tx.db())
        .await?;
    tx.commit().await?;
    Ok(tokens.rows_affected + sessions.rows_affected)
}

async fn tokens(op: &Op, before: DateTime<Utc>) -> Result<u64> {
    let tx = op.begin().await?;
    let expired: Vec<RefreshTokenId> = refresh_token::Entity::find()
        .filter(refresh_token::Column::ExpiresAt.lt(before))
        .select_only()
        .column(refresh_token::Column::Id)
        .limit(BATCH)
        .into_tuple()
        .all(tx.db())
        .await?;
    if expired.is_empty() {
        return Ok(0);
    }
    let tokens = refresh_token::Entity::delete_many()
        .filter(refresh_token::Column::Id.is_in(expired))
        .exec(tx.db())
        .await?;
    tx.commit().await?;
    Ok(tokens.rows_affected)
}

async fn failures(op: &Op, before: DateTime<Utc>) -> Result<u64> {
    let tx = op.begin().await?;
    let old: Vec<i64> = log_in_failure::Entity::find()
        .filter(log_in_failure::Column::FailedAt.lt(before))
        .select_only()
        .column(log_in_failure::Column::Id)
        .limit(BATCH)
        .into_tuple()
        .all(tx.db())
        .await?;
    if old.is_empty() {
        return Ok(0);
    }
    let failures = log_in_failure::Entity::delete_many()
        .filter(log_in_failure::Column::Id.is_in(old))
        .exec(tx.db())
        .await?;
    tx.commit().await?;
    Ok(failures.rows_affected)
}

async fn codes(op: &Op, before: DateTime<Utc>) -> Result<u64> {
    let tx = op.begin().await?;
    let over: Vec<OneTimeCodeId> = one_time_code::Entity::find()
        .filter(one_time_code::Column::ExpiresAt.lt(before))
        .select_only()
        .column(one_time_code::Column::Id)
        .limit(BATCH)
        .into_tuple()
        .all(tx.db())
        .await?;
    if over.is_empty() {
        return Ok(0);
    }
    let codes = one_time_code::Entity::delete_many()
        .filter(one_time_code::Column::Id.is_in(over))
        .exec(tx.db())
        .await?;
    tx.commit().await?;
    Ok(codes.rows_affected)
}

async fn mail_requests(op: &Op, before: DateTime<Utc>) -> Result<u64> {
    let tx = op.begin().await?;
    let old: Vec<i64> = mail_request::Entity::find()
        .filter(mail_request::Column::AskedAt.lt(before))
        .select_only()
        .column(mail_request::Column::Id)
        .limit(BATCH)
        .into_tuple()
        .all(tx.db())
        .await?;
    if old.is_empty() {
        return Ok(0);
    }
    let requests = mail_request::Entity::delete_many()
        .filter(mail_request::Column::Id.is_in(old))
        .exec(tx.db())
        .await?;
    tx.commit().await?;
    Ok(requests.rows_affected)
}
