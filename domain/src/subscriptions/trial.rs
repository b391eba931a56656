//! Who gets a trial: everybody once for each plan, whatever account they come with.

use chrono::{DateTime, Duration, Utc};
use entity::{id::SubscriptionId, plans::plan_version, subscriptions::trial, users::user};
use hmac::Mac;
use sea_orm::{ActiveValue::Set, EntityTrait};

use crate::base::{Result, Tx, database::was_inserted, mac::hmac_sha256};

use super::events::SubscriptionTrialRefused;

/// Grants the trial that these terms offer, when the person's mailbox has not had one of this plan; until when. One
/// that is not granted is told in the audit trail.
///
/// # Errors
/// The database does not answer.
pub async fn grant(
    tx: &mut Tx,
    person: &user::Model,
    terms: &plan_version::Model,
    id: SubscriptionId,
) -> Result<Option<DateTime<Utc>>> {
    if terms.trial_days == 0 {
        return Ok(None);
    }
    let row = trial::ActiveModel {
        address_hash: Set(hashed(&tx.op().app().refresh_key, &person.email_key)),
        plan_id: Set(terms.plan_id),
        subscription_id: Set(id),
        given_at: Set(tx.now()),
    };
    let inserted = trial::Entity::insert(row)
        .on_conflict_do_nothing()
        .exec_without_returning(tx.db())
        .await?;
    if !was_inserted(&inserted) {
        tx.record(SubscriptionTrialRefused {
            subscription_id: id,
            user_id: person.id,
            plan_id: terms.plan_id,
        })?;
        return Ok(None);
    }
    Ok(Some(tx.now() + Duration::days(i64::from(terms.trial_days))))
}

/// The mailbox without what makes one of it look like many: `mei+shop@…` is `mei@…`.
fn hashed(key: &[u8; 32], email_key: &str) -> String {
    let mailbox = match email_key.rsplit_once('@') {
        Some((name, domain)) => {
            let name = name.split('+').next().unwrap_or(name);
            format!("{name}@{domain}")
        }
        None => email_key.to_owned(),
    };
    let mut mac = hmac_sha256(key);
    mac.update(b"trial:");
    mac.update(mailbox.as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::hashed;

    #[test]
    fn a_mailbox_counts_once_whatever_stands_behind_the_plus() {
        let key = [3; 32];
        assert_eq!(
            hashed(&key, "mei+2@shop.example"),
            hashed(&key, "mei@shop.example")
        );
        assert_ne!(
            hashed(&key, "lin@shop.example"),
            hashed(&key, "mei@shop.example")
        );
        assert!(!hashed(&key, "mei@shop.example").contains("mei"));
    }
}
