//! Values of variables by the specification, before anything runs: one that does not fit refuses the request.

use std::collections::HashMap;

use apollo_compiler::{
    ExecutableDocument, Schema,
    executable::{Operation, SelectionSet},
    request::{RequestError, coerce_variable_values},
    response::{JsonMap, JsonValue},
    validation::Valid,
};
use async_graphql::{ServerError, Variables};

use super::refusal::refusal;

/// The variables of each operation of a document, by its name. An operation without any is not in it.
#[derive(Debug, Default)]
pub(super) struct Defined(HashMap<Option<String>, Operation>);

impl Defined {
    pub(super) fn of(document: &ExecutableDocument) -> Self {
        let with_variables = document.operations.iter();
        let with_variables = with_variables.filter(|operation| !operation.variables.is_empty());
        let defined = with_variables.map(|operation| {
            let name = operation.name.as_ref().map(ToString::to_string);
            // What it selects is not kept: it is large, and the library has its own.
            let selection_set = SelectionSet::new(operation.selection_set.ty.clone());
            let alone = Operation {
                selection_set,
                ..Operation::clone(operation)
            };
            (name, alone)
        });
        Self(defined.collect())
    }

    /// Whether the values fit what the operation defines.
    ///
    /// # Errors
    /// `BAD_USER_INPUT`, with the variable or input field, and never its value: it may be a secret.
    pub(super) fn accept(
        &self,
        name: &Option<String>,
        values: &Variables,
        schema: &Valid<Schema>,
    ) -> Result<(), ServerError> {
        let Some(operation) = self.0.get(name) else {
            return Ok(());
        };
        let mut given = JsonMap::new();
        for (name, value) in values.iter() {
            let value = value.clone().into_json();
            let value = value.map_err(|_| refused(&format!("variable {name} is no JSON")))?;
            given.insert(name.as_str(), JsonValue::from(value));
        }
        match coerce_variable_values(schema, operation, &given) {
            Ok(_) => Ok(()),
            Err(error) => Err(refused(&sentence(&error))),
        }
    }
}

fn refused(what: &str) -> ServerError {
    refusal(
        "BAD_USER_INPUT",
        format!("The variables do not fit: {what}."),
    )
}

/// The library's words, without the value that it would quote.
fn sentence(error: &RequestError) -> String {
    let message = error.message().to_string();
    let quoted = message.strip_prefix("could not coerce ").and_then(|rest| {
        let (place, _) = rest.split_once(": ")?;
        let (_, expected) = rest.rsplit_once(" to type ")?;
        Some(format!("{place} is not of the type {expected}"))
    });
    quoted.unwrap_or(message)
}
