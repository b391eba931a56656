//! From a text to an operation that may run.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{
    Request, ServerError,
    parser::{
        Error as ParseError, parse_query,
        types::{DocumentOperations, ExecutableDocument, OperationDefinition, OperationType},
    },
};
use domain::base::Actor;

use super::{
    bounds,
    cache::Cache,
    coercion::Defined,
    cost::Cost,
    edition,
    limits::Limits,
    refusal::{cut, invalid, refusal},
    scan,
    validator::{Validator, unrunnable},
};

/// Reads documents, and keeps those that it has read.
#[derive(Debug)]
pub struct Documents {
    limits: Limits,
    cache: Cache,
    /// Without one, validation is left to the library alone.
    validator: Option<Validator>,
}

/// The operation that a request asks for.
#[derive(Debug)]
pub struct Operation {
    /// What kind.
    pub kind: OperationType,
    /// Its name, if it has one.
    pub name: Option<String>,
    /// What it costs, with the page sizes of the request.
    pub cost: u64,
}

/// A document as it is kept.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) document: ExecutableDocument,
    pub(super) costs: HashMap<Option<String>, Cost>,
    pub(super) defined: Defined,
    pub(super) tokens: usize,
}

impl Default for Documents {
    fn default() -> Self {
        Self::new(Limits::default())
    }
}

impl Documents {
    /// Reads with these limits, and knows no schema.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        let cache = Cache::new(limits.kept_tokens);
        Self {
            limits,
            cache,
            validator: None,
        }
    }

    /// Reads with these limits, and validates against the schema.
    ///
    /// # Errors
    /// What is wrong with the schema, in words.
    pub fn of(sdl: &str, limits: Limits) -> Result<Self, String> {
        let validator = Some(Validator::of(sdl)?);
        Ok(Self {
            validator,
            ..Self::new(limits)
        })
    }

    /// Reads the request's document, finds the operation asked for, and leaves the parsed document in the
    /// request, so that nothing parses it again.
    ///
    /// # Errors
    /// `GRAPHQL_PARSE_FAILED`, `QUERY_TOO_LARGE`, `QUERY_TOO_DEEP`, `QUERY_TOO_COMPLEX`,
    /// `GRAPHQL_VALIDATION_FAILED`, `OPERATION_RESOLUTION_FAILURE` or `BAD_USER_INPUT`, with the limit in the
    /// message: ten errors at most, and at most 8 KiB.
    pub fn prepare(
        &self,
        request: &mut Request,
        actor: Actor,
    ) -> Result<Operation, Vec<ServerError>> {
        self.operation(request, actor).map_err(|mut errors| {
            cut(&mut errors);
            errors
        })
    }

    fn operation(
        &self,
        request: &mut Request,
        actor: Actor,
    ) -> Result<Operation, Vec<ServerError>> {
        let prepared = self.read(&request.query)?;
        let wanted = request.operation_name.as_deref();
        let (name, definition) =
            find(&prepared.document.operations, wanted).map_err(|error| vec![error])?;
        let figure =
            |cost: &Cost| cost.figure(&request.variables, &definition.variable_definitions);
        let cost = prepared.costs.get(&name).map_or(0, figure);
        self.afford(cost, actor).map_err(|error| vec![error])?;
        if let Some(validator) = &self.validator {
            let accepted = validator.accept(&prepared.defined, &name, &request.variables);
            accepted.map_err(|error| vec![error])?;
        }
        let kind = definition.ty;
        request.set_parsed_query(prepared.document.clone());
        Ok(Operation { kind, name, cost })
    }

    fn read(&self, text: &str) -> Result<Arc<Prepared>, Vec<ServerError>> {
        if let Some(known) = self.cache.find(text) {
            return Ok(known);
        }
        let mut prepared = self.bounded(text).map_err(|error| vec![error])?;
        if let Some(validator) = &self.validator {
            prepared.defined = validator.validate(text)?;
        }
        let prepared = Arc::new(prepared);
        self.cache.keep(text, &prepared);
        Ok(prepared)
    }

    fn bounded(&self, text: &str) -> Result<Prepared, ServerError> {
        let measure = scan::scan(text, &self.limits)?;
        let parsed = parse_query(edition::older(text));
        let document = parsed.map_err(|error| unparsed(text, &error))?;
        let costs = bounds::bound(&document, &self.limits)?;
        Ok(Prepared {
            document,
            costs,
            defined: Defined::default(),
            tokens: measure.tokens,
        })
    }

    fn afford(&self, cost: u64, actor: Actor) -> Result<(), ServerError> {
        let (limit, advice) = match actor {
            Actor::Anonymous => (self.limits.anonymous_cost, "log in, or ask"),
            Actor::User { .. } | Actor::System(_) => (self.limits.cost, "ask"),
        };
        if cost <= limit {
            return Ok(());
        }
        let message = format!(
            "The operation costs {cost}, more than {limit}: {advice} for smaller pages or fewer relations."
        );
        Err(refusal("QUERY_TOO_COMPLEX", message))
    }
}

/// The parser's own message quotes the line, which may be the whole document.
fn unparsed(text: &str, error: &ParseError) -> ServerError {
    let mut refused = match unrunnable(text, error) {
        Some(message) => invalid(message),
        None => {
            let message = error.to_string();
            let last = message.lines().last().unwrap_or_default();
            let message = last.trim_start_matches([' ', '=']);
            refusal(
                "GRAPHQL_PARSE_FAILED",
                format!("The document cannot be read: {message}."),
            )
        }
    };
    refused.locations = error.positions().collect();
    refused
}

fn find<'d>(
    operations: &'d DocumentOperations,
    wanted: Option<&str>,
) -> Result<(Option<String>, &'d OperationDefinition), ServerError> {
    let unresolved = |message: &str| Err(refusal("OPERATION_RESOLUTION_FAILURE", message));
    match (operations, wanted.filter(|name| !name.is_empty())) {
        (DocumentOperations::Single(operation), None) => Ok((None, &operation.node)),
        (DocumentOperations::Multiple(named), None) if named.len() > 1 => {
            unresolved("The document has several operations; say which one.")
        }
        (_, wanted) => {
            let found = operations.iter().find(|(name, _)| {
                wanted.is_none_or(|wanted| name.is_some_and(|name| name == wanted))
            });
            match found {
                Some((name, operation)) => Ok((name.map(ToString::to_string), &operation.node)),
                None => unresolved("The document has no operation of this name."),
            }
        }
    }
}
