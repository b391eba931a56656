//! I1: a payment settles once, with one invoice and one journal.

use super::invariant::{Invariant, Look, Rule};

/// I1.
pub(super) const INVARIANT: Invariant = Invariant {
    id: "I1",
    says: "a payment settles once, with one invoice and one journal",
    rules: &[
        Rule {
            says: "a paid payment has exactly one settlement",
            among: "payments",
            named: "pay",
            broken: "SELECT p.id AS id FROM payments p WHERE (p.status = 'PAID' AND (SELECT count(*) FROM settlements \
                 s WHERE s.payment_id = p.id) <> 1) OR (p.status = 'REFUNDED' AND (SELECT count(*) FROM \
                 settlements s WHERE s.payment_id = p.id) > 1)",
            late: None,
        },
        Rule {
            says: "only a paid payment settles",
            among: "settlements",
            named: "stl",
            broken: "SELECT s.id AS id FROM settlements s JOIN payments p ON p.id = s.payment_id WHERE p.status NOT \
                 IN ('PAID', 'REFUNDED') OR p.order_id <> s.order_id",
            late: None,
        },
        Rule {
            says: "a settlement with money has exactly one invoice, of its payment and order",
            among: "settlements",
            named: "stl",
            broken: "SELECT s.id AS id FROM settlements s WHERE s.payment_id IS NOT NULL AND (SELECT count(*) FROM \
                 invoices i WHERE i.payment_id = s.payment_id AND i.order_id = s.order_id) <> 1",
            late: None,
        },
        Rule {
            says: "an invoice needs a settlement",
            among: "invoices",
            named: "inv",
            broken: "SELECT i.id AS id FROM invoices i WHERE NOT EXISTS (SELECT 1 FROM settlements s WHERE \
                 s.payment_id = i.payment_id AND s.order_id = i.order_id)",
            late: None,
        },
        Rule {
            says: "a done order has exactly one settlement",
            among: "orders",
            named: "ord",
            broken: "SELECT o.id AS id FROM orders o WHERE o.status IN ('PAID', 'COMPLETED', 'REFUNDED') AND (SELECT \
                 count(*) FROM settlements s WHERE s.order_id = o.id) <> 1",
            late: None,
        },
        Rule {
            says: "an order that is not done has no settlement",
            among: "orders",
            named: "ord",
            broken: "SELECT o.id AS id FROM orders o WHERE o.status NOT IN ('PAID', 'COMPLETED', 'REFUNDED') AND \
                 EXISTS (SELECT 1 FROM settlements s WHERE s.order_id = o.id)",
            late: None,
        },
        Rule {
            says: "a settlement with money has exactly one journal, for what it settled, with the invoice's tax",
            among: "settlements",
            named: "stl",
            broken: "SELECT s.id AS id FROM settlements s JOIN invoices i ON i.payment_id = s.payment_id WHERE \
                 (SELECT count(DISTINCT t.journal_key) FROM ledger_transfers t WHERE t.payment_id = s.payment_id \
                 AND t.kind = 'SETTLEMENT') <> 1 OR (SELECT coalesce(sum(t.amount_minor), 0) FROM \
                 ledger_transfers t WHERE t.payment_id = s.payment_id AND t.kind = 'SETTLEMENT' AND \
                 t.credit_account = 'REVENUE') <> i.net_minor OR (SELECT coalesce(sum(t.amount_minor), 0) FROM \
                 ledger_transfers t WHERE t.payment_id = s.payment_id AND t.kind = 'SETTLEMENT' AND \
                 t.credit_account = 'TAX_PAYABLE') <> i.tax_minor",
            late: None,
        },
        Rule {
            says: "a journal of a settlement needs one",
            among: "ledger_transfers",
            named: "ltr",
            broken: "SELECT t.id AS id FROM ledger_transfers t WHERE t.kind = 'SETTLEMENT' AND NOT EXISTS (SELECT 1 \
                 FROM settlements s WHERE s.payment_id = t.payment_id AND s.order_id = t.order_id)",
            late: None,
        },
        Rule {
            says: "all money that came is in the books, and none that did not",
            among: "payments",
            named: "pay",
            broken: "SELECT p.id AS id FROM payments p WHERE (SELECT coalesce(sum(t.amount_minor), 0) FROM \
                 ledger_transfers t WHERE t.payment_id = p.id AND t.kind IN ('SETTLEMENT', 'LATE_PAYMENT') AND \
                 t.debit_account = 'GATEWAY_CLEARING') <> CASE WHEN p.status IN ('PAID', 'PAID_LATE', 'REFUNDED') \
                 THEN coalesce(p.received_minor, p.amount_minor) ELSE 0 END",
            late: None,
        },
        Rule {
            says: "money that no order took is the customer's",
            among: "payments",
            named: "pay",
            broken: "SELECT p.id AS id FROM payments p JOIN orders o ON o.id = p.order_id WHERE p.status = \
                 'PAID_LATE' AND (SELECT coalesce(sum(t.amount_minor), 0) FROM ledger_transfers t WHERE \
                 t.payment_id = p.id AND t.kind = 'LATE_PAYMENT' AND t.credit_account = 'CUSTOMER_CREDIT' AND \
                 t.user_id = o.user_id) <> coalesce(p.received_minor, p.amount_minor)",
            late: None,
        },
        Rule {
            says: "what the gateway keeps is in the books once",
            among: "payments",
            named: "pay",
            broken: "SELECT p.id AS id FROM payments p WHERE p.status IN ('PAID', 'PAID_LATE') AND (SELECT \
                 coalesce(sum(t.amount_minor), 0) FROM ledger_transfers t WHERE t.payment_id = p.id AND t.kind = \
                 'FEE' AND t.debit_account = 'GATEWAY_FEES') <> coalesce(p.fee_minor, 0)",
            late: None,
        },
    ],
    look: Look::Rules,
};
