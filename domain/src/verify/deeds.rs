//! I14: every deed is in the audit trail, with who did it.

use super::invariant::{Invariant, Look, Rule};

/// I14.
pub(super) const INVARIANT: Invariant = Invariant {
    id: "I14",
    says: "every deed is in the audit trail, with who did it",
    rules: &[
        Rule {
            says: "every event has its line in the audit trail, and every line of a deed its event",
            among: "events",
            named: "",
            broken: "SELECT subject AS id FROM (SELECT kind, subject, request_id, CAST(payload AS text) AS told, 1 AS \
                 side FROM events UNION ALL SELECT action, subject, request_id, CAST(details AS text), -1 FROM \
                 audit_entries WHERE outcome = 'DONE') halves GROUP BY kind, subject, request_id, told HAVING \
                 sum(side) <> 0",
            late: None,
        },
        Rule {
            says: "a line says who, in which request, through which door, and about what or why not",
            among: "audit_entries",
            named: "aud",
            broken: "SELECT a.id AS id FROM audit_entries a WHERE a.actor = '' OR a.request_id = '' OR a.origin = '' \
                 OR (a.actor = 'user') <> (a.actor_user_id IS NOT NULL) OR (a.outcome = 'DONE' AND a.subject IS \
                 NULL) OR (a.outcome = 'REFUSED' AND a.code IS NULL)",
            late: None,
        },
        Rule {
            says: "what a person decided on a payment is in the audit trail under their name",
            among: "payment_decisions",
            named: "usr",
            broken: "SELECT d.decided_by AS id FROM (SELECT decided_by, count(*) AS decisions FROM payment_decisions \
                 WHERE decided_by IS NOT NULL GROUP BY decided_by) d WHERE d.decisions > (SELECT count(*) FROM \
                 audit_entries a WHERE a.actor_user_id = d.decided_by AND a.action = 'payment.decided' AND \
                 a.outcome = 'DONE')",
            late: None,
        },
    ],
    look: Look::Rules,
};
