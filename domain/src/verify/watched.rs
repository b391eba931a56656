//! I10: what is open is looked at.

use super::invariant::{Invariant, Look, Rule};

/// I10.
pub(super) const INVARIANT: Invariant = Invariant {
    id: "I10",
    says: "what is open is looked at",
    rules: &[
        Rule {
            says: "a refund that is under way is looked at",
            among: "refunds",
            named: "ref",
            broken: "SELECT refunds.id AS id FROM refunds WHERE status IN ('REQUESTED', 'SENDING', 'UNKNOWN') AND \
                 next_check_at IS NULL",
            late: None,
        },
        Rule {
            says: "an open attempt is asked about",
            among: "payments",
            named: "pay",
            broken: "SELECT payments.id AS id FROM payments WHERE status IN ('PENDING', 'AWAITING_PAYMENT', \
                 'UNKNOWN') AND next_check_at IS NULL",
            late: None,
        },
        Rule {
            says: "no attempt that is due was passed over",
            among: "payments",
            named: "pay",
            broken: "SELECT p.id AS id FROM payments p WHERE p.status IN ('PENDING', 'AWAITING_PAYMENT', 'UNKNOWN') \
                 AND p.test_clock_id IS NULL AND p.next_check_at < $1",
            late: Some(("ask_gateway", 10)),
        },
        Rule {
            says: "no refund that is due was passed over",
            among: "refunds",
            named: "ref",
            broken: "SELECT r.id AS id FROM refunds r WHERE r.status IN ('REQUESTED', 'SENDING', 'UNKNOWN') AND \
                 r.test_clock_id IS NULL AND r.next_check_at < $1",
            late: Some(("send_refunds", 10)),
        },
    ],
    look: Look::Rules,
};
