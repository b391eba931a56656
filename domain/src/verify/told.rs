//! I8: what happened is told.

use super::invariant::{Invariant, Look, Rule};

/// I8.
pub(super) const INVARIANT: Invariant = Invariant {
    id: "I8",
    says: "what happened is told",
    rules: &[
        Rule {
            says: "each move is told by exactly one event",
            among: "transitions",
            named: "",
            broken: "SELECT t.subject AS id FROM transitions t LEFT JOIN (SELECT subject, CAST(payload ->> 'version' \
                 AS bigint) AS version, payload ->> 'from' AS came, payload ->> 'to' AS went, payload ->> 'cause' \
                 AS cause, count(*) AS told FROM events WHERE substr(kind, length(kind) - 14) = '.status_changed' \
                 GROUP BY 1, 2, 3, 4, 5) e ON e.subject = t.subject AND e.version = t.version AND e.came = \
                 t.from_status AND e.went = t.to_status AND e.cause = t.cause WHERE t.from_status IS NOT NULL AND \
                 coalesce(e.told, 0) <> 1",
            late: None,
        },
        Rule {
            says: "each making is told by exactly one event",
            among: "transitions",
            named: "",
            broken: "SELECT t.subject AS id FROM transitions t WHERE t.from_status IS NULL AND (SELECT count(*) FROM \
                 events e WHERE e.subject = t.subject AND e.kind = CASE substr(t.subject, 1, 4) WHEN 'ord_' THEN \
                 'order.placed' WHEN 'pay_' THEN 'payment.opened' WHEN 'sub_' THEN 'subscription.created' WHEN \
                 'ref_' THEN 'refund.requested' WHEN 'cct_' THEN 'card_contract.opened' END) <> 1",
            late: None,
        },
        Rule {
            says: "a dead letter says why it was given up",
            among: "outbox",
            named: "dlv",
            broken: "SELECT o.id AS id FROM outbox o WHERE o.state = 'DEAD' AND o.last_error IS NULL",
            late: None,
        },
        Rule {
            says: "no delivery that is due was passed over",
            among: "outbox",
            named: "dlv",
            broken: "SELECT o.id AS id FROM outbox o WHERE o.state = 'QUEUED' AND o.next_at < $1",
            late: Some(("send_mails", 60)),
        },
    ],
    look: Look::Rules,
};
