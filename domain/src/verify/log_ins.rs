//! I12: log-ins descend in one line and end.

use super::invariant::{Invariant, Look, Rule};

/// I12.
pub(super) const INVARIANT: Invariant = Invariant {
    id: "I12",
    says: "log-ins descend in one line and end",
    rules: &[
        Rule {
            says: "a token has one child at most",
            among: "refresh_tokens",
            named: "rft",
            broken: "SELECT t.parent_id AS id FROM refresh_tokens t WHERE t.parent_id IS NOT NULL GROUP BY \
                 t.parent_id HAVING count(*) > 1",
            late: None,
        },
        Rule {
            says: "a child is of the session of its parent, which was used",
            among: "refresh_tokens",
            named: "rft",
            broken: "SELECT t.id AS id FROM refresh_tokens t JOIN refresh_tokens p ON p.id = t.parent_id WHERE \
                 p.session_id <> t.session_id OR p.used_at IS NULL",
            late: None,
        },
        Rule {
            says: "no token was given out in a session that had ended",
            among: "refresh_tokens",
            named: "rft",
            broken: "SELECT t.id AS id FROM refresh_tokens t JOIN sessions s ON s.id = t.session_id WHERE t.issued_at \
                 > s.revoked_at",
            late: None,
        },
        Rule {
            says: "a session that was ended says why, and no other does",
            among: "sessions",
            named: "ses",
            broken: "SELECT s.id AS id FROM sessions s WHERE (s.revoked_at IS NULL) <> (s.revoked_reason IS NULL)",
            late: None,
        },
        Rule {
            says: "whoever may not log in has no session",
            among: "sessions",
            named: "ses",
            broken: "SELECT s.id AS id FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.revoked_at IS NULL \
                 AND NOT u.is_active",
            late: None,
        },
    ],
    look: Look::Rules,
};
