//! Validation to the specification, in front of the library's, which lets some invalid documents pass and takes
//! its time over those with many mistakes. A document is validated here once, then kept.

use apollo_compiler::{
    Schema,
    ast::{Definition, Document, VariableDefinition},
    diagnostic::Diagnostic,
    validation::{DiagnosticData, DiagnosticList, Valid},
};
use async_graphql::{Pos, ServerError, Variables, parser::Error as ParseError};

use super::{
    coercion::Defined,
    refusal::{invalid, refusal},
};

/// What the library calls the text.
const PATH: &str = "document";

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

    /// Whether the document may be run against the schema, and the variables that it defines. It must be bounded
    /// already.
    ///
    /// # Errors
    /// Every mistake with its place.
    pub(super) fn validate(&self, text: &str) -> Result<Defined, Vec<ServerError>> {
        let mut document = Document::parse(text, PATH).map_err(|wrong| {
            let unreadable = |message| refusal("GRAPHQL_PARSE_FAILED", message);
            mistakes(&wrong.errors, unreadable)
        })?;
        document.definitions.iter_mut().for_each(drop_null_defaults);
        match document.to_executable_validate(&self.schema) {
            Ok(document) => Ok(Defined::of(&document)),
            Err(wrong) => Err(mistakes(&wrong.errors, invalid)),
        }
    }

    /// Whether the values fit the variables.
    ///
    /// # Errors
    /// `BAD_USER_INPUT`.
    pub(super) fn accept(
        &self,
        defined: &Defined,
        operation: &Option<String>,
        values: &Variables,
    ) -> Result<(), ServerError> {
        defined.accept(operation, values, &self.schema)
    }
}

/// What keeps a text from being a document that can run, though it reads as GraphQL; `None` when it does not read
/// as GraphQL. It may be a text that was never bounded.
pub(super) fn unrunnable(text: &str, error: &ParseError) -> Option<String> {
    let document = Document::parse(text, PATH).ok()?;
    let mut definitions = document.definitions.iter();
    if definitions.any(|each| each.as_operation_definition().is_none() && !is_fragment(each)) {
        return Some("A document holds operations and fragments alone.".to_owned());
    }
    match error {
        ParseError::MultipleOperations { .. }
        | ParseError::OperationDuplicated { .. }
        | ParseError::FragmentDuplicated { .. }
        | ParseError::MissingOperation => Some(format!("The document cannot run: {error}.")),
        _ => None,
    }
}

const fn is_fragment(definition: &Definition) -> bool {
    matches!(definition, Definition::FragmentDefinition(_))
}

/// A default of `null` says no more than no default does, but the library takes it for one that makes a nullable
/// variable fit a place that may not be null.
fn drop_null_defaults(definition: &mut Definition) {
    let Definition::OperationDefinition(operation) = definition else {
        return;
    };
    let says_nothing = |variable: &VariableDefinition| {
        let default = variable.default_value.as_ref();
        !variable.ty.is_non_null() && default.is_some_and(|value| value.is_null())
    };
    if !operation.variables.iter().any(|each| says_nothing(each)) {
        return;
    }
    for variable in &mut operation.make_mut().variables {
        if says_nothing(variable) {
            variable.make_mut().default_value = None;
        }
    }
}

fn mistakes(wrong: &DiagnosticList, refused: impl Fn(String) -> ServerError) -> Vec<ServerError> {
    let error = |diagnostic: Diagnostic<'_, DiagnosticData>| {
        let mut error = refused(sentence(diagnostic.error));
        let range = diagnostic.line_column_range();
        let start = range.map(|range| Pos {
            line: range.start.line,
            column: range.start.column,
        });
        error.locations = start.into_iter().collect();
        error
    };
    wrong.iter().map(error).collect()
}

/// In the words of the reference implementation, which clients know, where there are such.
fn sentence(mistake: &DiagnosticData) -> String {
    mistake
        .unstable_compat_message()
        .unwrap_or_else(|| mistake.to_string())
}
