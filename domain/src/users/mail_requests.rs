//! How many mails somebody may ask for: three an hour to one address, whoever asks, and whether or not the
//! address is anybody's.

use chrono::Duration;
use entity::users::{CodePurpose, mail_request};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{NotSet, Set},
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder,
};
use sha2::{Digest, Sha256};

use crate::base::{Result, Tx};

/// How long a mail counts.
const WINDOW: Duration = Duration::hours(1);
/// How many.
const MOST: usize = 3;

/// Whether another mail may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Admission {
    /// Yes, and it counts from now on.
    Admitted,
    /// No; after this many seconds.
    TooMany(u64),
}

/// Under what mails to an address are counted.
pub(super) fn address_key(purpose: CodePurpose, folded: &str) -> String {
    hex::encode(Sha256::digest(format!("{purpose:?}\n{folded}")))
}

/// Counts a mail to this address, if it may go. Lock the person first, if there is one.
pub(super) async fn admit(tx: &Tx, purpose: CodePurpose, folded: &str) -> Result<Admission> {
    let address_key = address_key(purpose, folded);
    let recent = mail_request::Entity::find()
        .filter(mail_request::Column::AddressKey.eq(&address_key))
        .filter(mail_request::Column::AskedAt.gt(tx.op().machine_now() - WINDOW))
        .order_by_asc(mail_request::Column::AskedAt)
        .all(tx.db())
        .await?;
    if let (true, Some(oldest)) = (recent.len() >= MOST, recent.first()) {
        let wait = oldest.asked_at + WINDOW - tx.op().machine_now();
        let seconds = u64::try_from(wait.num_seconds() + 1).unwrap_or(1);
        return Ok(Admission::TooMany(seconds));
    }
    mail_request::ActiveModel {
        id: NotSet,
        address_key: Set(address_key),
        asked_at: Set(tx.op().machine_now()),
    }
    .insert(tx.db())
    .await?;
    Ok(Admission::Admitted)
}
