//! Reading values: the environment wins over the file; blank counts as not set.

use std::{collections::BTreeMap, str::FromStr};

use secrecy::SecretString;

use super::{
    problem::Problems,
    table::{NOT_SETTINGS, SETTINGS},
};

/// The values given, and what was found wrong with them so far.
#[derive(Debug, Default)]
pub(super) struct Reader {
    values: BTreeMap<String, String>,
    pub(super) problems: Problems,
}

impl Reader {
    /// Takes in the pairs of the environment and the text of a file. Names that look like ours and are
    /// not are problems: a mistyped setting must not be passed over in silence.
    pub(super) fn new(
        environment: impl IntoIterator<Item = (String, String)>,
        file: Option<&str>,
    ) -> Self {
        let mut reader = Self::default();
        if let Some(text) = file {
            reader.take_file(text);
        }
        for (name, value) in environment {
            if is_setting(&name) {
                reader.values.insert(name, value);
            } else if (name.starts_with("FABRICA_") || name.starts_with("ECPAY_"))
                && !NOT_SETTINGS.contains(&name.as_str())
            {
                reader.unknown(&name);
            }
        }
        reader.values.retain(|_, value| !value.trim().is_empty());
        reader
    }

    fn take_file(&mut self, text: &str) {
        let table: toml::Table = match text.parse() {
            Ok(table) => table,
            Err(_) => {
                // The parser's message quotes the line, which may hold a secret.
                self.problems.add(
                    "FABRICA_CONFIG",
                    "the file is not TOML; write one NAME = \"value\" a line",
                );
                return;
            }
        };
        for (name, value) in table {
            let text = match value {
                toml::Value::String(text) => text,
                toml::Value::Integer(number) => number.to_string(),
                _ => {
                    self.problems
                        .add(&name, "in the file, write the value as a text: \"…\"");
                    continue;
                }
            };
            if is_setting(&name) {
                self.values.insert(name, text);
            } else {
                self.unknown(&name);
            }
        }
    }

    fn unknown(&mut self, name: &str) {
        let nearest = SETTINGS
            .iter()
            .map(|setting| (distance(name, setting.name), setting.name))
            .min();
        let advice = match nearest {
            Some((distance, nearest)) if distance <= 4 => {
                format!("there is no such setting; did you mean {nearest}?")
            }
            _ => "there is no such setting; `fabrica config` lists them".to_owned(),
        };
        self.problems.add(name, advice);
    }

    /// The value, without blanks around it.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.values.get(name).map(|value| value.trim().to_owned())
    }

    /// The value, kept from being printed. Blanks around it stay: they may be a mistake worth naming.
    pub(super) fn secret(&self, name: &str) -> Option<SecretString> {
        self.values.get(name).map(|value| value.as_str().into())
    }

    /// The value as a `T`, or `default`; a value that is no `T` is a problem.
    pub(super) fn parsed<T: FromStr>(&mut self, name: &str, default: T, form: &str) -> T {
        match self.text(name).map(|text| text.parse()) {
            None => default,
            Some(Ok(value)) => value,
            Some(Err(_)) => {
                self.problems.add(name, format!("write {form}"));
                default
            }
        }
    }

    /// The value as a whole number between two bounds.
    pub(super) fn number(&mut self, name: &str, default: u64, least: u64, most: u64) -> u64 {
        let form = format!("a whole number from {least} to {most}");
        let value = self.parsed(name, default, &form);
        if (least..=most).contains(&value) {
            return value;
        }
        self.problems.add(name, format!("write {form}"));
        default
    }

    /// The value as one of a few words.
    pub(super) fn one_of<T: Copy>(&mut self, name: &str, default: T, words: &[(&str, T)]) -> T {
        let Some(text) = self.text(name) else {
            return default;
        };
        if let Some((_, value)) = words.iter().find(|(word, _)| *word == text) {
            return *value;
        }
        let list: Vec<_> = words.iter().map(|(word, _)| *word).collect();
        self.problems
            .add(name, format!("write one of: {}", list.join(", ")));
        default
    }

    /// The value as `on` or `off`.
    pub(super) fn switch(&mut self, name: &str, default: bool) -> bool {
        self.one_of(name, default, &[("on", true), ("off", false)])
    }
}

fn is_setting(name: &str) -> bool {
    SETTINGS.iter().any(|setting| setting.name == name)
}

/// How many letters must be changed to turn one name into the other.
fn distance(left: &str, right: &str) -> usize {
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.bytes().enumerate() {
        let mut diagonal = i;
        let mut before = i + 1;
        let mut next = vec![before];
        for (b, above) in right.bytes().zip(row.iter().skip(1)) {
            before = (diagonal + usize::from(a != b))
                .min(above + 1)
                .min(before + 1);
            diagonal = *above;
            next.push(before);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_to_change_are_counted() {
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("FABRICA_LISTN", "FABRICA_LISTEN"), 1);
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("same", "same"), 0);
    }
}
