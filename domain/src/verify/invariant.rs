//! The words that invariants are put into, and what is said of them.

use crate::audit::Head;

/// How many offenders are named.
pub(super) const EXAMPLES: usize = 5;

/// Something that must be true of every database.
#[derive(Debug)]
pub struct Invariant {
    /// Its name in the catalogue.
    pub id: &'static str,
    /// What it says.
    pub says: &'static str,
    /// What it comes to, as queries.
    pub(super) rules: &'static [Rule],
    /// What cannot be said in one query.
    pub(super) look: Look,
}

/// A part of an invariant that one query tells.
#[derive(Debug)]
pub(super) struct Rule {
    /// What it says.
    pub says: &'static str,
    /// The table whose rows it looks at.
    pub among: &'static str,
    /// The prefix of the public ids of offenders; empty when their `id` is a text that may be shown.
    pub named: &'static str,
    /// A query for the `id` of each offender.
    pub broken: &'static str,
    /// For a query with `$1`: that instant lies so many minutes before the last good run of this job. What the
    /// clockwork has not come to because it stands still is no fault of the data.
    pub late: Option<(&'static str, i64)>,
}

/// What is looked at besides the rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// Nothing.
    Rules,
    /// The paid periods of each subscription, for gaps.
    Gaps,
    /// The moves of each row that has a state.
    Histories,
    /// The links of the chain over the audit trail, and the line of each.
    Chain,
}

/// A rule that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// What should be true.
    pub says: String,
    /// How many offend.
    pub violations: u64,
    /// Public ids of the first few. Never personal data.
    pub examples: Vec<String>,
}

impl Broken {
    /// Collects offenders one by one.
    pub(super) fn new(says: &str) -> Self {
        Self {
            says: says.to_owned(),
            violations: 0,
            examples: Vec::new(),
        }
    }

    /// One more.
    pub(super) fn add(&mut self, offender: String) {
        self.violations += 1;
        if self.examples.len() < EXAMPLES && !self.examples.contains(&offender) {
            self.examples.push(offender);
        }
    }
}

/// What was found of an invariant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Its name in the catalogue.
    pub id: &'static str,
    /// What it says.
    pub says: &'static str,
    /// How many rows were looked at.
    pub rows: u64,
    /// The rules that do not hold.
    pub broken: Vec<Broken>,
}

impl Finding {
    /// How many offend.
    #[must_use]
    pub fn violations(&self) -> u64 {
        self.broken.iter().map(|broken| broken.violations).sum()
    }

    /// Notes those that were collected, if any were.
    pub(super) fn note(&mut self, broken: Broken) {
        if broken.violations > 0 {
            self.broken.push(broken);
        }
    }
}

/// What was found in a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// One for each invariant, in their order.
    pub findings: Vec<Finding>,
    /// The end of the chain over the audit trail, when anything is sealed.
    pub head: Option<Head>,
}

impl Report {
    /// Whether everything is as it must be.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.findings
            .iter()
            .all(|finding| finding.broken.is_empty())
    }
}
