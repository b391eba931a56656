//! I13: the audit trail is what it was when it was sealed.

use std::collections::HashMap;

use entity::{
    audit::{audit_entry, audit_seal},
    id::AuditEntryId,
};
use sea_orm::{
    ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

use crate::{
    audit::chain::{self, BEGINNING},
    base::Result,
};

use super::invariant::{Broken, Finding, Invariant, Look, Rule};

/// How many links are held in memory at once.
const PAGE: u64 = 500;

/// I13.
pub(super) const INVARIANT: Invariant = Invariant {
    id: "I13",
    says: "the audit trail is what it was when it was sealed",
    rules: &[
        Rule {
            says: "every line is sealed, or waits for it",
            among: "audit_entries",
            named: "aud",
            broken: "SELECT a.id AS id FROM audit_entries a WHERE NOT EXISTS (SELECT 1 FROM audit_seals s WHERE \
                 s.entry_id = a.id) AND NOT EXISTS (SELECT 1 FROM audit_unsealed u WHERE u.entry_id = a.id)",
            late: None,
        },
        Rule {
            says: "what waits to be sealed is a line that is there and not sealed yet",
            among: "audit_unsealed",
            named: "aud",
            broken: "SELECT u.entry_id AS id FROM audit_unsealed u WHERE NOT EXISTS (SELECT 1 FROM audit_entries a \
                 WHERE a.id = u.entry_id) OR EXISTS (SELECT 1 FROM audit_seals s WHERE s.entry_id = u.entry_id)",
            late: None,
        },
        Rule {
            says: "no line that waits to be sealed was passed over",
            among: "audit_unsealed",
            named: "aud",
            broken: "SELECT u.entry_id AS id FROM audit_unsealed u WHERE u.at < $1",
            late: Some(("seal_audit", 5)),
        },
    ],
    look: Look::Chain,
};

/// What is wrong with the chain.
struct Wrong {
    gaps: Broken,
    loose: Broken,
    gone: Broken,
    changed: Broken,
}

impl Wrong {
    fn nothing() -> Self {
        Self {
            gaps: Broken::new("the seals are numbered 1, 2, 3 …"),
            loose: Broken::new("every seal holds on to the one before it"),
            gone: Broken::new("every line that was sealed is there, and can be read"),
            changed: Broken::new("every line is as it was when it was sealed"),
        }
    }

    /// Looks at a link after the one before it, and at the line that it seals.
    fn judge(
        &mut self,
        (before, hash): (i64, &str),
        seal: &audit_seal::Model,
        entry: Option<&audit_entry::Model>,
    ) {
        if seal.sequence != before + 1 {
            self.gaps.add(format!("seal {}", before + 1));
        }
        if seal.previous_hash != hash {
            self.loose.add(format!("seal {}", seal.sequence));
        }
        match entry {
            None => self.gone.add(seal.entry_id.to_string()),
            Some(entry) if chain::hash(&seal.previous_hash, entry) != seal.hash => {
                self.changed.add(seal.entry_id.to_string());
            }
            Some(_) => {}
        }
    }
}

/// Walks along the chain, link by link, and computes each anew.
pub(super) async fn look(db: &DatabaseTransaction, finding: &mut Finding) -> Result<()> {
    let mut wrong = Wrong::nothing();
    let mut hash = BEGINNING.to_owned();
    let mut before: Option<i64> = None;
    loop {
        let mut page = audit_seal::Entity::find()
            .order_by_asc(audit_seal::Column::Sequence)
            .limit(PAGE);
        // Not from 1 on: a seal with a number below would be passed over, and its line be taken for sealed.
        if let Some(before) = before {
            page = page.filter(audit_seal::Column::Sequence.gt(before));
        }
        let seals = page.all(db).await?;
        if seals.is_empty() {
            break;
        }
        let lines = lines_of(db, &seals).await?;
        for seal in seals {
            finding.rows += 1;
            let last = before.unwrap_or_default();
            wrong.judge((last, &hash), &seal, lines.get(&seal.entry_id));
            (before, hash) = (Some(seal.sequence), seal.hash);
        }
    }
    for broken in [wrong.gaps, wrong.loose, wrong.gone, wrong.changed] {
        finding.note(broken);
    }
    Ok(())
}

async fn lines_of(
    db: &DatabaseTransaction,
    seals: &[audit_seal::Model],
) -> Result<HashMap<AuditEntryId, audit_entry::Model>> {
    let ids: Vec<AuditEntryId> = seals.iter().map(|seal| seal.entry_id).collect();
    let page = audit_entry::Entity::find().filter(audit_entry::Column::Id.is_in(ids.clone()));
    let lines = match page.all(db).await {
        Ok(lines) => lines,
        // No program of ours writes what it cannot read: one of them was changed by hand.
        Err(_) => readable(db, &ids).await,
    };
    Ok(lines.into_iter().map(|line| (line.id, line)).collect())
}

/// The lines that can be read, each asked for by itself. A database that does not answer gives none, and fails the
/// next question.
async fn readable(db: &DatabaseTransaction, ids: &[AuditEntryId]) -> Vec<audit_entry::Model> {
    let mut lines = Vec::new();
    for id in ids {
        if let Ok(Some(line)) = audit_entry::Entity::find_by_id(*id).one(db).await {
            lines.push(line);
        }
    }
    lines
}
