//! I3: no more goes back than came, and amounts add up.

use super::invariant::{Invariant, Look, Rule};

/// I3.
pub(super) const INVARIANT: Invariant = Invariant {
    id: "I3",
    says: "no more goes back than came, and amounts add up",
    rules: &[
        Rule {
            says: "what an order was paid is what its settled payments bring, and what it costs",
            among: "orders",
            named: "ord",
            broken: "SELECT o.id AS id FROM orders o JOIN settlements s ON s.order_id = o.id WHERE s.amount_minor <> \
                 o.total_minor OR s.currency <> o.currency OR o.total_minor <> (SELECT \
                 coalesce(sum(p.amount_minor), 0) FROM payments p WHERE p.id = s.payment_id)",
            late: None,
        },
        Rule {
            says: "what came is what was asked for, once the money is there",
            among: "payments",
            named: "pay",
            broken: "SELECT p.id AS id FROM payments p WHERE p.captured_minor <> CASE WHEN p.status IN ('PAID', \
                 'PAID_LATE', 'REFUNDED') THEN coalesce(p.received_minor, p.amount_minor) ELSE 0 END",
            late: None,
        },
        Rule {
            says: "no more goes back, or is set aside for it, than came",
            among: "payments",
            named: "pay",
            broken: "SELECT p.id AS id FROM payments p WHERE p.refunded_minor < 0 OR p.refund_reserved_minor < 0 OR \
                 p.refunded_minor + p.refund_reserved_minor > p.captured_minor",
            late: None,
        },
        Rule {
            says: "what went back is what refunds gave back",
            among: "payments",
            named: "pay",
            broken: "SELECT p.id AS id FROM payments p WHERE p.refunded_minor <> (SELECT \
                 coalesce(sum(r.amount_minor), 0) FROM refunds r WHERE r.payment_id = p.id AND r.status = \
                 'SUCCEEDED')",
            late: None,
        },
        Rule {
            says: "what is set aside is for refunds that have not ended",
            among: "payments",
            named: "pay",
            broken: "SELECT p.id AS id FROM payments p WHERE p.refund_reserved_minor <> (SELECT \
                 coalesce(sum(r.amount_minor), 0) FROM refunds r WHERE r.payment_id = p.id AND r.status IN \
                 ('REQUESTED', 'SENDING', 'UNKNOWN', 'AWAITING_STAFF'))",
            late: None,
        },
        Rule {
            says: "a payment is refunded when nothing of it is left, and only then",
            among: "payments",
            named: "pay",
            broken: "SELECT p.id AS id FROM payments p WHERE p.status IN ('PAID', 'PAID_LATE', 'REFUNDED') AND \
                 (p.status = 'REFUNDED') <> (p.refunded_minor = p.captured_minor)",
            late: None,
        },
        Rule {
            says: "an order is refunded with the payment that settled it, and only then",
            among: "settlements",
            named: "stl",
            broken: "SELECT s.id AS id FROM settlements s JOIN orders o ON o.id = s.order_id JOIN payments p ON p.id \
                 = s.payment_id WHERE (o.status = 'REFUNDED') <> (p.status = 'REFUNDED')",
            late: None,
        },
        Rule {
            says: "credit notes take back from an invoice what went back of its payment, with its tax in the end",
            among: "invoices",
            named: "inv",
            broken: "SELECT i.id AS id FROM invoices i JOIN payments p ON p.id = i.payment_id WHERE i.credited_minor \
                 <> p.refunded_minor OR i.credited_minor <> (SELECT coalesce(sum(c.total_minor), 0) FROM \
                 credit_notes c WHERE c.invoice_id = i.id) OR (i.credited_minor = i.total_minor AND i.tax_minor \
                 <> (SELECT coalesce(sum(c.tax_minor), 0) FROM credit_notes c WHERE c.invoice_id = i.id))",
            late: None,
        },
        Rule {
            says: "what went back is in the books",
            among: "payments",
            named: "pay",
            broken: "SELECT p.id AS id FROM payments p WHERE p.refunded_minor <> (SELECT \
                 coalesce(sum(t.amount_minor), 0) FROM ledger_transfers t WHERE t.payment_id = p.id AND t.kind IN \
                 ('REFUND', 'CREDIT_REFUND'))",
            late: None,
        },
        Rule {
            says: "an order costs what its lines cost",
            among: "orders",
            named: "ord",
            broken: "SELECT o.id AS id FROM orders o WHERE o.total_minor <> (SELECT coalesce(sum(l.amount_minor), -1) \
                 FROM order_lines l WHERE l.order_id = o.id)",
            late: None,
        },
        Rule {
            says: "an invoice is for what the order cost, and its lines add up to it, tax and all",
            among: "invoices",
            named: "inv",
            broken: "SELECT i.id AS id FROM invoices i JOIN orders o ON o.id = i.order_id WHERE i.total_minor <> \
                 o.total_minor OR i.currency <> o.currency OR i.net_minor + i.tax_minor <> i.total_minor OR \
                 i.total_minor <> (SELECT coalesce(sum(l.amount_minor), -1) FROM invoice_lines l WHERE \
                 l.invoice_id = i.id) OR i.tax_minor <> (SELECT coalesce(sum(l.tax_minor), -1) FROM invoice_lines \
                 l WHERE l.invoice_id = i.id)",
            late: None,
        },
        Rule {
            says: "credit is what changes of plan left, less what orders took and did not give back",
            among: "subscriptions",
            named: "sub",
            broken: "SELECT s.id AS id FROM subscriptions s WHERE s.credit_minor <> (SELECT \
                 coalesce(sum(l.amount_minor), 0) FROM order_lines l JOIN orders o ON o.id = l.order_id WHERE \
                 l.subscription_id = s.id AND (l.kind = 'CREDIT_USED' AND o.status NOT IN ('CANCELLED', \
                 'EXPIRED') OR l.kind = 'CREDIT_KEPT' AND o.status IN ('PAID', 'COMPLETED', 'REFUNDED'))) + \
                 (SELECT coalesce(sum(CASE WHEN l.kind = 'CREDIT_USED' THEN 0 ELSE l.amount_minor END), 0) FROM \
                 plan_changes c JOIN settlements t ON t.order_id = c.order_id JOIN order_lines l ON l.order_id = \
                 c.order_id WHERE c.subscription_id = s.id AND c.closed_at IS NOT NULL)",
            late: None,
        },
    ],
    look: Look::Rules,
};
