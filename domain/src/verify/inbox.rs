//! I9: what the gateway told is dealt with.

use super::invariant::{Invariant, Look, Rule};

/// I9.
pub(super) const INVARIANT: Invariant = Invariant {
    id: "I9",
    says: "what the gateway told is dealt with",
    rules: &[
        Rule {
            says: "a notice that waits was not passed over",
            among: "notices",
            named: "ntc",
            broken: "SELECT n.id AS id FROM notices n WHERE n.state = 'RECEIVED' AND n.received_at < $1",
            late: Some(("apply_notices", 5)),
        },
        Rule {
            says: "a notice that was dealt with says when, and what came of it",
            among: "notices",
            named: "ntc",
            broken: "SELECT n.id AS id FROM notices n WHERE n.state <> 'RECEIVED' AND (n.applied_at IS NULL OR \
                 n.reason IS NULL)",
            late: None,
        },
    ],
    look: Look::Rules,
};
