//! Validation to the specification, in front of the library's, which lets some invalid documents pass and takes
//! its time over those with many mistakes. A document is validated here once, then kept.

use apollo_compiler::{ExecutableDocument, Schema, validation::Valid};
use async_graphql::{Pos, ServerError};

use super::refusal::invalid;

/// The schema, ready to validate against.
#[derive(Debug)]
pub(super) struct Validator {
    schema: Valid<Schema>,
}

impl Validator {
    /// Reads the schema.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub(super) fn of(sdl: &str) -> Result<Self, String> {
        match Schema::parse_and_validate(sdl, "schema.graphql") {
            Ok(schema) => Ok(Self { schema }),
            Err(wrong) => Err(wrong.errors.to_string()),
        }
    }

    /// Whether the document may be run against the schema. It must be bounded already.
    ///
    /// # Errors
    /// Every mistake with its place.
    pub(super) fn validate(&self, text: &str) -> Result<(), Vec<ServerError>> {
        let Err(wrong) = ExecutableDocument::parse_and_validate(&self.schema, text, "document")
        else {
            return Ok(());
        };
        let error = |diagnostic: apollo_compiler::diagnostic::Diagnostic<'_, _>| {
            let mut error = invalid(sentence(diagnostic.error));
            error.locations = diagnostic
                .line_column_range()
                .map(|range| Pos {
                    line: range.start.line,
                    column: range.start.column,
                })
                .into_iter()
                .collect();
            error
        };
        Err(wrong.errors.iter().map(error).collect())
    }
}

/// In the words of the reference implementation, which clients know, where there are such.
fn sentence(mistake: &apollo_compiler::validation::DiagnosticData) -> String {
    mistake
        .unstable_compat_message()
        .unwrap_or_else(|| mistake.to_string())
}
