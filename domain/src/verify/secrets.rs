//! I15: no secret and no address where none belongs.

use super::invariant::{Invariant, Look, Rule};

/// Whether a text tells a secret or an address.
macro_rules! tells {
    ($text:literal) => {
        tells!($text: "CheckMacValue", "HashKey", "HashIV", "$argon2", "eyJ%.eyJ", "Bearer ", "password_hash", "_@_%._")
    };
    ($text:literal: $first:literal $(, $sign:literal)*) => {
        concat!(
            "(", $text, " LIKE '%", $first, "%'", $(" OR ", $text, " LIKE '%", $sign, "%'",)* ")"
        )
    };
}

/// I15.
pub(super) const INVARIANT: Invariant = Invariant {
    id: "I15",
    says: "no secret and no address where none belongs",
    rules: &[
        Rule {
            says: "events tell no secret and no address",
            among: "events",
            named: "evt",
            broken: concat!(
                "SELECT e.id AS id FROM events e WHERE ",
                tells!("CAST(e.payload AS text)")
            ),
            late: None,
        },
        Rule {
            says: "the audit trail tells no secret and no address",
            among: "audit_entries",
            named: "aud",
            broken: concat!(
                "SELECT a.id AS id FROM audit_entries a WHERE ",
                tells!("CAST(a.details AS text)")
            ),
            late: None,
        },
        Rule {
            says: "errors of the outbox tell no secret and no address",
            among: "outbox",
            named: "dlv",
            broken: concat!(
                "SELECT o.id AS id FROM outbox o WHERE ",
                tells!("o.last_error")
            ),
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
