//! I2: the books balance, and no credit is overdrawn.

use super::invariant::{Invariant, Look, Rule};

/// I2.
pub(super) const INVARIANT: Invariant = Invariant {
    id: "I2",
    says: "the books balance, and no credit is overdrawn",
    rules: &[
        Rule {
            says: "what is debited is credited, in each currency",
            among: "ledger_transfers",
            named: "",
            broken: "SELECT currency AS id FROM (SELECT currency, amount_minor AS d, 0 AS c FROM ledger_transfers \
                 WHERE debit_account IS NOT NULL UNION ALL SELECT currency, 0, amount_minor FROM ledger_transfers \
                 WHERE credit_account IS NOT NULL) sides GROUP BY currency HAVING sum(d) <> sum(c)",
            late: None,
        },
        Rule {
            says: "no customer's credit is below zero",
            among: "ledger_transfers",
            named: "usr",
            broken: "SELECT user_id AS id FROM ledger_transfers WHERE user_id IS NOT NULL GROUP BY user_id, currency \
                 HAVING sum(CASE WHEN credit_account = 'CUSTOMER_CREDIT' THEN amount_minor ELSE -amount_minor \
                 END) < 0",
            late: None,
        },
    ],
    look: Look::Rules,
};
