//! From a text to an operation that may run.

use std::{
    collections::HashMap,
    sync::{Arc, OnceLock},
};

use async_graphql::{
    Request, ServerError, ValidationResult, Variables,
    parser::{
        Error as ParseError, parse_query,
        types::{DocumentOperations, ExecutableDocument, OperationDefinition, OperationType},
    },
};
use domain::base::{Actor, trusted_documents::sha256_of};

use super::{
    bounds,
    cache::Cache,
    coercion::Defined,
    cost::{Cost, Given},
    edition,
    limits::Limits,
    refusal::{cut, invalid, refusal},
    scan,
    validator::{Validator, unrunnable},
    verdict::Verdict,
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
    /// What it may cost.
    pub limit: u64,
    /// SHA-256 of the document's text, in hex.
    pub hash: Arc<str>,
}

/// A document as it is kept.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) hash: Arc<str>,
    pub(super) text: Box<str>,
    pub(super) document: ExecutableDocument,
    pub(super) costs: HashMap<Option<String>, Cost>,
    /// What the library found when it validated the operation, by name.
    pub(super) verdicts: HashMap<Option<String>, OnceLock<ValidationResult>>,
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
            cut(&mut errors, self.limits.errors);
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
        let given = Given {
            variables: &request.variables,
            definitions: &definition.variable_definitions,
            pages: self.limits.pages,
        };
        let cost = prepared.costs.get(&name);
        let cost = cost.map_or(0, |cost| cost.figure(&given));
        let limit = self.limit_of(actor);
        afford(cost, limit, actor).map_err(|error| vec![error])?;
        if let Some(validator) = &self.validator {
            let accepted = validator.accept(&prepared.defined, &name, &request.variables);
            accepted.map_err(|error| vec![error])?;
            request.data.insert(Verdict::of(&prepared, &name));
        }
        let kind = definition.ty;
        request.set_parsed_query(prepared.document.clone());
        Ok(Operation {
            kind,
            name,
            cost,
            limit,
            hash: Arc::clone(&prepared.hash),
        })
    }

    /// The text of a document that was read before and is still kept, by the hash of its text: what a client
    /// sends the second time when it registers documents as it goes.
    #[must_use]
    pub fn text_of(&self, hash: &str) -> Option<String> {
        Some(self.cache.find(hash)?.text.to_string())
    }

    /// Reads a document that is to be trusted: every operation of it must be one that somebody who has logged
    /// in may run, with pages of the usual size where variables say it. The names of its operations.
    ///
    /// # Errors
    /// As [`Self::prepare`].
    pub fn examine(&self, text: &str) -> Result<Vec<String>, Vec<ServerError>> {
        let prepared = self.read(text)?;
        let mut names = Vec::new();
        for (name, definition) in prepared.document.operations.iter() {
            let name = name.map(ToString::to_string);
            let given = Given {
                variables: &Variables::default(),
                definitions: &definition.node.variable_definitions,
                pages: self.limits.pages,
            };
            let cost = prepared.costs.get(&name);
            let cost = cost.map_or(0, |cost| cost.figure(&given));
            if cost > self.limits.cost {
                return Err(vec![too_dear(cost, self.limits.cost, "ask")]);
            }
            names.extend(name);
        }
        names.sort_unstable();
        Ok(names)
    }

    fn read(&self, text: &str) -> Result<Arc<Prepared>, Vec<ServerError>> {
        let hash = sha256_of(text);
        if let Some(known) = self.cache.find(&hash) {
            return Ok(known);
        }
        let mut prepared = self.bounded(text, hash).map_err(|error| vec![error])?;
        if let Some(validator) = &self.validator {
            prepared.defined = validator.validate(text)?;
        }
        let prepared = Arc::new(prepared);
        self.cache.keep(&prepared);
        Ok(prepared)
    }

    fn bounded(&self, text: &str, hash: String) -> Result<Prepared, ServerError> {
        let measure = scan::scan(text, &self.limits)?;
        let parsed = parse_query(edition::older(text));
        let document = parsed.map_err(|error| unparsed(text, &error))?;
        let costs = bounds::bound(&document, &self.limits)?;
        let names = costs.keys().cloned();
        Ok(Prepared {
            verdicts: names.map(|name| (name, OnceLock::new())).collect(),
            hash: hash.into(),
            text: text.into(),
            document,
            costs,
            defined: Defined::default(),
            tokens: measure.tokens,
        })
    }

    const fn limit_of(&self, actor: Actor) -> u64 {
        match actor {
            Actor::Anonymous => self.limits.anonymous_cost,
            Actor::User { .. } | Actor::System(_) => self.limits.cost,
        }
    }
}

fn afford(cost: u64, limit: u64, actor: Actor) -> Result<(), ServerError> {
    let advice = match actor {
        Actor::Anonymous => "log in, or ask",
        Actor::User { .. } | Actor::System(_) => "ask",
    };
    match cost <= limit {
        true => Ok(()),
        false => Err(too_dear(cost, limit, advice)),
    }
}

fn too_dear(cost: u64, limit: u64, advice: &str) -> ServerError {
    let message = format!(
        "The operation costs {cost}, more than {limit}: {advice} for smaller pages or fewer relations."
    );
    refusal("QUERY_TOO_COMPLEX", message)
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
