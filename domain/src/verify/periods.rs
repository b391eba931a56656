//! I4: periods are invoiced once and follow each other.

use super::invariant::{Invariant, Look, Rule};

/// I4.
pub(super) const INVARIANT: Invariant = Invariant {
    id: "I4",
    says: "periods are invoiced once and follow each other",
    rules: &[
        Rule {
            says: "one invoice for each period; those of changes of plan have an order each",
            among: "invoices",
            named: "sub",
            broken: "SELECT subscription_id AS id FROM invoices WHERE subscription_id IS NOT NULL AND NOT \
                 is_plan_change GROUP BY subscription_id, period_start HAVING count(*) > 1",
            late: None,
        },
        Rule {
            says: "an active subscription is in a period that an order paid, or that was free",
            among: "subscriptions",
            named: "sub",
            broken: "SELECT s.id AS id FROM subscriptions s WHERE s.status = 'ACTIVE' AND NOT EXISTS (SELECT 1 FROM \
                 order_lines l JOIN settlements t ON t.order_id = l.order_id WHERE l.subscription_id = s.id AND \
                 l.period_start = s.current_period_start AND l.period_end <= s.current_period_end AND \
                 l.period_start < l.period_end)",
            late: None,
        },
        Rule {
            says: "a period is invoiced as it was delivered",
            among: "invoices",
            named: "inv",
            broken: "SELECT i.id AS id FROM invoices i WHERE i.subscription_id IS NOT NULL AND NOT EXISTS (SELECT 1 \
                 FROM order_lines l WHERE l.order_id = i.order_id AND l.subscription_id = i.subscription_id AND \
                 l.period_start = i.period_start AND l.period_end = i.period_end)",
            late: None,
        },
        // A change of plan within a period stands inside it; one that begins a new period cuts the old one short.
        Rule {
            says: "periods of a subscription do not overlap",
            among: "order_lines",
            named: "oln",
            broken: "SELECT a.id AS id FROM order_lines a JOIN order_lines b ON a.subscription_id = b.subscription_id \
                 AND a.id <> b.id AND a.period_start <= b.period_start AND b.period_start < a.period_end JOIN \
                 settlements s ON s.order_id = a.order_id JOIN settlements t ON t.order_id = b.order_id LEFT JOIN \
                 plan_changes ca ON ca.order_id = a.order_id LEFT JOIN plan_changes cb ON cb.order_id = \
                 b.order_id WHERE (a.kind = 'SUBSCRIPTION_PERIOD' OR (ca.restarts AND ca.applied_at IS NOT NULL \
                 AND a.kind = 'SUBSCRIPTION_CHANGE')) AND (b.kind = 'SUBSCRIPTION_PERIOD' OR (cb.restarts AND \
                 cb.applied_at IS NOT NULL AND b.kind = 'SUBSCRIPTION_CHANGE')) AND NOT EXISTS (SELECT 1 FROM \
                 plan_changes c WHERE c.subscription_id = a.subscription_id AND c.restarts AND c.applied_at IS \
                 NOT NULL AND c.at >= a.period_start AND c.at <= b.period_start)",
            late: None,
        },
        Rule {
            says: "a change of plan lies within the period it changes",
            among: "plan_changes",
            named: "ord",
            broken: "SELECT c.order_id AS id FROM plan_changes c JOIN order_lines l ON l.order_id = c.base_order_id \
                 AND l.period_start IS NOT NULL AND l.kind <> 'UNUSED_TIME' WHERE c.at < l.period_start OR \
                 (c.applied_at IS NOT NULL) <> EXISTS (SELECT 1 FROM settlements s WHERE s.order_id = c.order_id) \
                 AND c.closed_at IS NULL",
            late: None,
        },
        Rule {
            says: "nobody waits for two changes of plan, and none stays open when its order is done",
            among: "plan_changes",
            named: "ord",
            broken: "SELECT c.order_id AS id FROM plan_changes c JOIN orders o ON o.id = c.order_id WHERE \
                 c.applied_at IS NULL AND c.closed_at IS NULL AND o.status IN ('COMPLETED', 'CANCELLED', \
                 'EXPIRED', 'REFUNDED')",
            late: None,
        },
        Rule {
            says: "a period is ordered once at a time, and a paid one stays paid",
            among: "renewals",
            named: "sub",
            broken: "SELECT r.subscription_id AS id FROM renewals r JOIN settlements s ON s.order_id = r.order_id \
                 JOIN subscriptions u ON u.id = r.subscription_id WHERE r.closed_at IS NOT NULL OR \
                 (u.paid_until_at < r.period_end AND NOT EXISTS (SELECT 1 FROM plan_changes c WHERE \
                 c.subscription_id = u.id AND c.restarts AND c.applied_at IS NOT NULL AND c.at >= \
                 r.period_start))",
            late: None,
        },
        Rule {
            says: "a subscription that goes on is looked at again, or left to a person",
            among: "subscriptions",
            named: "sub",
            broken: "SELECT subscriptions.id AS id FROM subscriptions WHERE status IN ('ACTIVE', 'TRIALING', \
                 'PAST_DUE') AND due_at IS NULL AND failures < 10",
            late: None,
        },
        Rule {
            says: "a subscription does not wait for an order that ended",
            among: "subscriptions",
            named: "sub",
            broken: "SELECT s.id AS id FROM subscriptions s JOIN order_lines l ON l.subscription_id = s.id JOIN \
                 orders o ON o.id = l.order_id WHERE s.status = 'PENDING' AND o.status IN ('COMPLETED', \
                 'CANCELLED', 'EXPIRED')",
            late: None,
        },
    ],
    look: Look::Gaps,
};
