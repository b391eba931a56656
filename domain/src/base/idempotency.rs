//! Keys that make a repeated request harmless. The claim is written in the transaction whose effect it
//! guards: both are there, or neither is.

use chrono::Duration;
use entity::base::idempotency_key;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{
    database::was_inserted,
    error::{Code, Error, Result},
    op::Op,
    tx::Tx,
};

/// Keys for money are kept this long.
const KEPT: Duration = Duration::days(30);

/// A client's key, with what it was sent for.
#[derive(Clone, Debug)]
pub struct IdempotencyKey {
    scope: String,
    key: String,
    fingerprint: String,
}

/// Whether the work is to be done, or was.
#[derive(Debug, PartialEq, Eq)]
pub enum Claim {
    /// Nobody has used the key: do the work, then call [`finish`] in the same transaction.
    Fresh,
    /// The work was done: the public id of what it made.
    Done(String),
}

impl IdempotencyKey {
    /// The key of this caller for this operation and input.
    ///
    /// # Errors
    /// A key that is blank or longer than 200 characters.
    pub fn new<I: Serialize>(op: &Op, operation: &str, key: &str, input: &I) -> Result<Self> {
        if key.trim().is_empty() {
            return Err(Error::invalid(
                "idempotencyKey",
                Code::IdempotencyKeyRequired,
                "Send a key of your own making, a new one for each new intention.",
            ));
        }
        if key.len() > 200 {
            return Err(Error::invalid(
                "idempotencyKey",
                Code::TooLong,
                "A key has at most 200 characters.",
            ));
        }
        let caller = op
            .actor()
            .user_id()
            .map_or_else(|| op.actor().to_string(), |id| id.to_string());
        Ok(Self {
            scope: format!("{caller}/{operation}"),
            key: key.to_owned(),
            fingerprint: hex::encode(Sha256::digest(serde_json::to_vec(input)?)),
        })
    }
}

/// Claims the key. A twin that is still running is waited for, as long as the database waits for a lock.
///
/// # Errors
/// [`Code::IdempotencyKeyReused`] when the key was sent with another input.
pub async fn claim(tx: &mut Tx, key: &IdempotencyKey) -> Result<Claim> {
    let row = idempotency_key::ActiveModel {
        scope: Set(key.scope.clone()),
        key: Set(key.key.clone()),
        fingerprint: Set(key.fingerprint.clone()),
        result: Set(String::new()),
        created_at: Set(tx.op().machine_now()),
        expires_at: Set(tx.op().machine_now() + KEPT),
    };
    let inserted = idempotency_key::Entity::insert(row)
        .on_conflict_do_nothing()
        .exec_without_returning(tx.db())
        .await?;
    if was_inserted(&inserted) {
        return Ok(Claim::Fresh);
    }
    let known = idempotency_key::Entity::find_by_id((key.scope.clone(), key.key.clone()))
        .one(tx.db())
        .await?
        .ok_or_else(|| Error::refused(Code::IdempotencyKeyInUse, "Try again in a moment."))?;
    if known.fingerprint != key.fingerprint {
        return Err(Error::refused(
            Code::IdempotencyKeyReused,
            "This key was sent before with another input; use a new one.",
        ));
    }
    Ok(Claim::Done(known.result))
}

/// Remembers what the work made.
///
/// # Errors
/// The database does not answer.
pub async fn finish(tx: &mut Tx, key: &IdempotencyKey, result: String) -> Result<()> {
    let row = idempotency_key::ActiveModel {
        scope: Set(key.scope.clone()),
        key: Set(key.key.clone()),
        result: Set(result),
        ..Default::default()
    };
    idempotency_key::Entity::update(row).exec(tx.db()).await?;
    Ok(())
}

/// Removes the keys whose time is over; how many it were.
///
/// # Errors
/// The database does not answer.
pub async fn forget_expired(op: &Op) -> Result<u64> {
    let tx = op.begin().await?;
    let gone = idempotency_key::Entity::delete_many()
        .filter(idempotency_key::Column::ExpiresAt.lt(tx.op().machine_now()))
        .exec(tx.db())
        .await?;
    tx.commit().await?;
    Ok(gone.rows_affected)
}
