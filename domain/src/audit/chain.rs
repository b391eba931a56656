//! The chain over the audit trail: what a line's hash is made of. Whoever changes a line changes its hash, and with it
//! that of every line after it.

use std::{fmt, str::FromStr};

use entity::audit::{audit_entry, audit_seal};
use sea_orm::ActiveEnum;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// What stands for the hash before the first.
pub const BEGINNING: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// The end of the chain, which stands for all of it: whoever wrote it down elsewhere can tell later whether the chain
/// is still the one that it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// How many lines are sealed.
    pub sequence: i64,
    /// The hash of the last of them, in 64 hexadecimal digits.
    pub hash: String,
}

impl From<audit_seal::Model> for Head {
    fn from(seal: audit_seal::Model) -> Self {
        Self {
            sequence: seal.sequence,
            hash: seal.hash,
        }
    }
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.sequence, self.hash)
    }
}

/// A text that is no head of a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a head is a number, a colon and 64 hexadecimal digits, as `fabrica verify` prints it")]
pub struct NoHead;

impl FromStr for Head {
    type Err = NoHead;

    fn from_str(text: &str) -> Result<Self, NoHead> {
        let (sequence, hash) = text.trim().split_once(':').ok_or(NoHead)?;
        let sequence: i64 = sequence.parse().map_err(|_| NoHead)?;
        let is_hash = hash.len() == BEGINNING.len() && hash.bytes().all(|b| b.is_ascii_hexdigit());
        if sequence < 1 || !is_hash {
            return Err(NoHead);
        }
        Ok(Self {
            sequence,
            hash: hash.to_ascii_lowercase(),
        })
    }
}

/// The hash of a line that is sealed after the one with the hash `previous`.
///
/// It is SHA-256 over the hash before and every field of the line, each with its length before it, so that no two
/// lines are the same bytes. The instant is seconds and nanoseconds; an object of JSON is told with sorted keys,
/// because the engines keep them in different orders.
#[must_use]
pub fn hash(previous: &str, entry: &audit_entry::Model) -> String {
    let mut fields = Fields::default();
    fields.add(previous);
    fields.add(entry.id.0.as_bytes());
    fields.add(entry.at.timestamp().to_be_bytes());
    fields.add(entry.at.timestamp_subsec_nanos().to_be_bytes());
    fields.add(&entry.actor);
    fields.add_option(entry.actor_user_id.map(|id| id.0.into_bytes()));
    fields.add(&entry.action);
    fields.add_option(entry.subject.as_ref());
    fields.add(entry.outcome.to_value());
    fields.add_option(entry.code.as_ref());
    fields.add(&entry.address);
    fields.add(&entry.agent);
    fields.add(&entry.request_id);
    fields.add(&entry.origin);
    fields.add(sorted(&entry.details));
    hex::encode(fields.0.finalize())
}

/// Fields that cannot run into each other.
#[derive(Default)]
struct Fields(Sha256);

impl Fields {
    fn add(&mut self, field: impl AsRef<[u8]>) {
        let bytes = field.as_ref();
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.0.update(length.to_be_bytes());
        self.0.update(bytes);
    }

    /// No field has the length that stands for none.
    fn add_option(&mut self, field: Option<impl AsRef<[u8]>>) {
        match field {
            Some(field) => self.add(field),
            None => self.0.update(u64::MAX.to_be_bytes()),
        }
    }
}

/// A value as text, the same for the same value whatever order its keys were kept in.
fn sorted(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by_key(|(name, _)| *name);
            let members = members.iter().map(|(name, value)| {
                let name = Value::String((*name).clone());
                format!("{name}:{}", sorted(value))
            });
            format!("{{{}}}", members.collect::<Vec<_>>().join(","))
        }
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(sorted).collect();
            format!("[{}]", items.join(","))
        }
        plain => plain.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use entity::{
        audit::AuditOutcome,
        id::{AuditEntryId, UserId},
    };
    use serde_json::json;
    use uuid::Uuid;

    fn line() -> audit_entry::Model {
        audit_entry::Model {
            id: AuditEntryId(Uuid::from_u128(1)),
            at: "2026-11-20T04:00:00.000001Z".parse().unwrap(),
            actor: "user".to_owned(),
            actor_user_id: Some(UserId(Uuid::from_u128(2))),
            action: "order.placed".to_owned(),
            subject: Some("ord_1".to_owned()),
            outcome: AuditOutcome::Done,
            code: None,
            address: "203.0.113.7".to_owned(),
            agent: "kit".to_owned(),
            request_id: "request-1".to_owned(),
            origin: "graphql".to_owned(),
            details: json!({ "total": 300, "lines": [{ "b": 1, "a": "é" }] }),
        }
    }

    /// Computed by another program from the words of [`hash`]: old chains must stay readable.
    #[test]
    fn the_hash_of_a_line_never_changes() {
        assert_eq!(
            hash(BEGINNING, &line()),
            "8bb148966307e96f7a3bf92f5756d542b7e29cf50e331c6816eb8c40f635204d"
        );
    }

    #[test]
    fn whatever_is_changed_changes_the_hash() {
        let changes: &[fn(&mut audit_entry::Model)] = &[
            |line| line.id = AuditEntryId(Uuid::from_u128(3)),
            |line| line.at += chrono::Duration::microseconds(1),
            |line| line.at += chrono::Duration::days(1),
            |line| line.actor = "system".to_owned(),
            |line| line.actor_user_id = None,
            |line| line.actor_user_id = Some(UserId(Uuid::from_u128(3))),
            |line| line.action = "order.cancelled".to_owned(),
            |line| line.subject = None,
            |line| line.subject = Some(String::new()),
            |line| line.outcome = AuditOutcome::Refused,
            |line| line.code = Some(String::new()),
            |line| line.address.clear(),
            |line| line.agent.push('!'),
            |line| line.request_id = "request-2".to_owned(),
            |line| line.origin = "job".to_owned(),
            |line| line.details = json!({ "total": 301, "lines": [{ "b": 1, "a": "é" }] }),
            |line| line.details = json!({}),
            // The same letters, cut elsewhere.
            |line| {
                line.actor = "userorder".to_owned();
                line.action = ".placed".to_owned();
            },
            |line| {
                line.address = "203.0.113.7kit".to_owned();
                line.agent.clear();
            },
        ];
        let mut seen = vec![hash(BEGINNING, &line()), hash(&"1".repeat(64), &line())];
        for change in changes {
            let mut changed = line();
            change(&mut changed);
            seen.push(hash(BEGINNING, &changed));
        }
        let all = seen.len();
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), all, "two of them are the same");
    }

    #[test]
    fn the_order_of_keys_is_no_difference_and_their_text_cannot_pretend() {
        let one = sorted(&json!({ "b": [1, null], "a": { "d": true, "c": "x" } }));
        assert_eq!(one, r#"{"a":{"c":"x","d":true},"b":[1,null]}"#);
        let two: Value = serde_json::from_str(r#"{"a":{"c":"x","d":true},"b":[1,null]}"#).unwrap();
        assert_eq!(sorted(&two), one);
        assert_ne!(
            sorted(&json!({ "a": "1,\"b\":2" })),
            sorted(&json!({ "a": "1", "b": 2 }))
        );
    }

    #[test]
    fn a_head_is_read_as_it_is_printed_and_nothing_else_is() {
        let head = Head {
            sequence: 17,
            hash: "ab".repeat(32),
        };
        assert_eq!(head.to_string().parse(), Ok(head.clone()));
        let shouted = head.to_string().to_uppercase();
        assert_eq!(format!(" {shouted}\n").parse(), Ok(head));
        for text in ["", "17", "17:", "17:ab", ":ab", &"ab".repeat(32)] {
            assert_eq!(text.parse::<Head>(), Err(NoHead), "{text}");
        }
        for hash in ["g".repeat(64), "a".repeat(65)] {
            assert_eq!(format!("17:{hash}").parse::<Head>(), Err(NoHead));
        }
        assert_eq!(format!("0:{BEGINNING}").parse::<Head>(), Err(NoHead));
    }
}
