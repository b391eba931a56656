//! I11: invoice numbers are gapless.

use super::invariant::{Invariant, Look, Rule};

/// I11.
pub(super) const INVARIANT: Invariant = Invariant {
    id: "I11",
    says: "invoice numbers are gapless",
    rules: &[
        Rule {
            says: "a number is its place in its series",
            among: "invoices",
            named: "inv",
            broken: "SELECT invoices.id AS id FROM invoices WHERE number NOT LIKE series || '-%' OR \
                 CAST(substr(number, length(series) + 2) AS integer) <> sequence",
            late: None,
        },
        Rule {
            says: "the numbers of a series run from 1 to the last one taken",
            among: "invoice_series",
            named: "",
            broken: "SELECT s.series AS id FROM invoice_series s LEFT JOIN (SELECT series, count(DISTINCT sequence) \
                 AS n, count(*) AS lines, min(sequence) AS first, max(sequence) AS last FROM (SELECT series, \
                 sequence FROM invoices UNION ALL SELECT series, sequence FROM credit_notes) numbers GROUP BY \
                 series) taken ON taken.series = s.series WHERE coalesce(taken.n, 0) <> s.last_sequence OR \
                 taken.lines <> taken.n OR taken.first <> 1 OR taken.last <> s.last_sequence",
            late: None,
        },
        Rule {
            says: "every number is of a series that is there",
            among: "invoices",
            named: "",
            broken: "SELECT number AS id FROM (SELECT series, number FROM invoices UNION ALL SELECT series, number \
                 FROM credit_notes) numbers WHERE NOT EXISTS (SELECT 1 FROM invoice_series s WHERE s.series = \
                 numbers.series)",
            late: None,
        },
        Rule {
            says: "the number of a credit note is its place in its series",
            among: "credit_notes",
            named: "crn",
            broken: "SELECT c.id AS id FROM credit_notes c WHERE c.number NOT LIKE c.series || '-%' OR \
                 CAST(substr(c.number, length(c.series) + 2) AS integer) <> c.sequence",
            late: None,
        },
    ],
    look: Look::Rules,
};
