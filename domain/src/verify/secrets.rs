//! I15: no secret and no address where none belongs.

use super::invariant::{Invariant, Look, Rule};

/// I15.
pub(super) const INVARIANT: Invariant = Invariant {
    id: "I15",
    says: "no secret and no address where none belongs",
    rules: &[
        Rule {
            says: "events tell no secret and no address",
            among: "events",
            named: "evt",
            broken: "SELECT e.id AS id FROM events e WHERE (CAST(e.payload AS text) LIKE '%CheckMacValue%' OR \
                 CAST(e.payload AS text) LIKE '%HashKey%' OR CAST(e.payload AS text) LIKE '%HashIV%' OR \
                 CAST(e.payload AS text) LIKE '%$argon2%' OR CAST(e.payload AS text) LIKE '%eyJ%.eyJ%' OR \
                 CAST(e.payload AS text) LIKE '%Bearer %' OR CAST(e.payload AS text) LIKE '%password_hash%' OR \
                 CAST(e.payload AS text) LIKE '%_@_%._%')",
            late: None,
        },
        Rule {
            says: "the audit trail tells no secret and no address",
            among: "audit_entries",
            named: "aud",
            broken: "SELECT a.id AS id FROM audit_entries a WHERE (CAST(a.details AS text) LIKE '%CheckMacValue%' OR \
                 CAST(a.details AS text) LIKE '%HashKey%' OR CAST(a.details AS text) LIKE '%HashIV%' OR \
                 CAST(a.details AS text) LIKE '%$argon2%' OR CAST(a.details AS text) LIKE '%eyJ%.eyJ%' OR \
                 CAST(a.details AS text) LIKE '%Bearer %' OR CAST(a.details AS text) LIKE '%password_hash%' OR \
                 CAST(a.details AS text) LIKE '%_@_%._%')",
            late: None,
        },
        Rule {
            says: "errors of the outbox tell no secret and no address",
            among: "outbox",
            named: "dlv",
            broken: "SELECT o.id AS id FROM outbox o WHERE (o.last_error LIKE '%CheckMacValue%' OR o.last_error LIKE \
                 '%HashKey%' OR o.last_error LIKE '%HashIV%' OR o.last_error LIKE '%$argon2%' OR o.last_error \
                 LIKE '%eyJ%.eyJ%' OR o.last_error LIKE '%Bearer %' OR o.last_error LIKE '%password_hash%' OR \
                 o.last_error LIKE '%_@_%._%')",
            late: None,
        },
        Rule {
            says: "notices are kept without their signature",
            among: "notices",
            named: "ntc",
            broken: "SELECT n.id AS id FROM notices n WHERE CAST(n.fields AS text) LIKE '%CheckMacValue%'",
            late: None,
        },
    ],
    look: Look::Rules,
};
