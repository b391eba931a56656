//! How often a password may be tried.
//!
//! An attempt counts as failed from before it is judged; being right takes it back. So attempts that come all
//! at once cannot pass by the limit together: each is written and committed before it counts the others.

use chrono::{DateTime, Duration, Utc};
use entity::{
    id::UserId,
    users::{log_in_failure, session},
};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{NotSet, Set},
    ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};
use sha2::{Digest, Sha256};

use crate::base::{Error, Op, Result, Tx};

/// How long a failure counts.
const WINDOW: Duration = Duration::minutes(15);
/// How many failures one address has for one account.
const MOST_FROM_ONE_ADDRESS: u64 = 5;
/// From how many failures on an account is tried slowly, wherever they came from.
const MOST_FOR_ONE_ACCOUNT: u64 = 100;
/// How slowly. Never a lock: who knows the password gets in between two guesses.
const SLOW: Duration = Duration::seconds(5);

/// An attempt that counts as failed until it is known better.
#[derive(Debug)]
pub(super) struct Attempt {
    id: i64,
    account_key: String,
    address: String,
}

/// Under what the failures of an account are counted: one key for its name and its address, and one for
/// each name that is nobody's.
pub(super) fn account_key(user: Option<UserId>, folded: &str) -> String {
    let text = user.map_or_else(|| format!("nobody:{folded}"), |id| id.to_string());
    hex::encode(Sha256::digest(text))
}

/// Takes note of an attempt before it is judged.
///
/// # Errors
/// [`Error::TooMany`] when there were too many; then this one does not count.
pub(super) async fn begin(op: &Op, user: Option<UserId>, folded: &str) -> Result<Attempt> {
    let account_key = account_key(user, folded);
    let address = op.origin().address.clone();
    let tx = op.begin().await?;
    let row = log_in_failure::ActiveModel {
        id: NotSet,
        account_key: Set(account_key.clone()),
        address: Set(address.clone()),
        failed_at: Set(tx.op().machine_now()),
    }
    .insert(tx.db())
    .await?;
    tx.commit().await?;
    let attempt = Attempt {
        id: row.id,
        account_key,
        address,
    };
    match attempt.refused_for(op, user, row.failed_at).await {
        Ok(None) => Ok(attempt),
        Ok(Some(wait)) => {
            attempt.forget(op).await;
            Err(Error::TooMany {
                retry_after_seconds: u64::try_from(wait.num_seconds() + 1).unwrap_or(1),
            })
        }
        Err(error) => {
            attempt.forget(op).await;
            Err(error)
        }
    }
}

impl Attempt {
    /// Takes it back: nothing was judged. A failure to do so is logged; then the attempt counts.
    pub(super) async fn forget(&self, op: &Op) {
        let forgotten = log_in_failure::Entity::delete_by_id(self.id)
            .exec(op.app().database.writer())
            .await;
        if let Err(error) = forgotten {
            tracing::warn!(%error, "an attempt to log in could not be taken back");
        }
    }

    /// It was right: the failures of this account from this address are forgiven.
    pub(super) async fn clear(&self, tx: &Tx) -> Result<()> {
        log_in_failure::Entity::delete_many()
            .filter(log_in_failure::Column::AccountKey.eq(&self.account_key))
            .filter(log_in_failure::Column::Address.eq(&self.address))
            .exec(tx.db())
            .await?;
        Ok(())
    }

    /// How long to wait, when there were too many. The counts include this attempt.
    async fn refused_for(
        &self,
        op: &Op,
        user: Option<UserId>,
        now: DateTime<Utc>,
    ) -> Result<Option<Duration>> {
        let writer = op.app().database.writer();
        let recent = self.others_since(now - WINDOW);
        let here = recent
            .clone()
            .filter(log_in_failure::Column::Address.eq(&self.address))
            .order_by_desc(log_in_failure::Column::FailedAt)
            .limit(MOST_FROM_ONE_ADDRESS)
            .all(writer)
            .await?;
        if let (true, Some(oldest)) = (
            here.len() as u64 >= MOST_FROM_ONE_ADDRESS,
            here.last().map(|failure| failure.failed_at),
        ) {
            return Ok(Some(oldest + WINDOW - now));
        }
        if recent.count(writer).await? < MOST_FOR_ONE_ACCOUNT {
            return Ok(None);
        }
        let Some(last) = self
            .others_since(now - SLOW)
            .order_by_desc(log_in_failure::Column::FailedAt)
            .one(writer)
            .await?
        else {
            return Ok(None);
        };
        if is_at_home(op, user, &self.address).await? {
            return Ok(None);
        }
        Ok(Some(last.failed_at + SLOW - now))
    }

    fn others_since(&self, since: DateTime<Utc>) -> Select<log_in_failure::Entity> {
        log_in_failure::Entity::find()
            .filter(log_in_failure::Column::AccountKey.eq(&self.account_key))
            .filter(log_in_failure::Column::FailedAt.gt(since))
            .filter(log_in_failure::Column::Id.ne(self.id))
    }
}

/// Whether this person has logged in from this address before: a guesser elsewhere does not slow them down.
async fn is_at_home(op: &Op, user: Option<UserId>, address: &str) -> Result<bool> {
    let Some(user_id) = user else {
        return Ok(false);
    };
    let known = session::Entity::find()
        .filter(session::Column::UserId.eq(user_id))
        .filter(session::Column::Address.eq(address))
        .one(op.reader())
        .await?;
    Ok(known.is_some())
}
