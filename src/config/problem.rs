//! What is wrong with the settings.

use std::fmt;

/// One thing that is wrong. Holds names and advice, never the value of a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The setting.
    pub name: String,
    /// What is wrong and what to do.
    pub advice: String,
}

/// Everything that is wrong, so that it can be mended at once.
#[derive(Clone, Debug, Default, PartialEq, Eq, thiserror::Error)]
pub struct Problems(pub Vec<Problem>);

impl Problems {
    /// Adds one.
    pub fn add(&mut self, name: &str, advice: impl Into<String>) {
        self.0.push(Problem {
            name: name.to_owned(),
            advice: advice.into(),
        });
    }

    /// Whether this setting is among them.
    #[must_use]
    pub fn names(&self, name: &str) -> bool {
        self.0.iter().any(|problem| problem.name == name)
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the settings need attention:")?;
        for Problem { name, advice } in &self.0 {
            write!(f, "\n  {name}: {advice}")?;
        }
        Ok(())
    }
}
