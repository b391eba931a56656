//! From what a client sent to an operation that may run, for HTTP, event streams and sockets alike: which
//! document is meant, whether it is trusted, what it costs.

use std::time::Instant;

use async_graphql::{Request, Response, ServerError, Value};
use domain::base::{Actor, trusted_documents::sha256_of};
use futures_util::{StreamExt, stream::BoxStream};
use graphql::document::{self, refusal};

use crate::config::TrustedDocuments;

use super::{
    envelope::{Envelope, Said},
    house::House,
    limits::Standing,
    outcome,
};

/// An operation that may run.
pub(super) struct Ready {
    pub(super) request: Request,
    pub(super) operation: document::Operation,
    /// The name for figures: of trusted documents alone, of which there are few.
    pub(super) counted_as: String,
    asks_cost: bool,
}

/// Where a document came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    /// It was imported.
    Trusted,
    /// A client sent its text once, and its hash since.
    Registered,
    /// A client sent its text.
    AdHoc,
}

/// Finds, reads and prices the document of a request.
///
/// # Errors
/// `PERSISTED_QUERY_NOT_FOUND`, `FORBIDDEN` where imported documents alone are run, `BAD_REQUEST` for a hash
/// that is not the text's, and what [`document::Documents::prepare`] refuses.
pub(super) async fn ready(
    house: &House,
    envelope: Envelope,
    actor: Actor,
) -> Result<Ready, Vec<ServerError>> {
    let ready = prepare(house, envelope, actor).await;
    if let Err(errors) = &ready {
        let reason = errors.first().and_then(outcome::code_of);
        let reason = reason.unwrap_or("none").to_owned();
        metrics::counter!("gql_rejected_total", "reason" => reason).increment(1);
    }
    ready
}

async fn prepare(
    house: &House,
    envelope: Envelope,
    actor: Actor,
) -> Result<Ready, Vec<ServerError>> {
    let asks_cost = envelope.asks_cost;
    let (text, source) = open(house, envelope.document.clone())
        .await
        .map_err(|error| vec![error])?;
    let mut request = envelope.into_request(text);
    let began = Instant::now();
    let operation = house.documents.prepare(&mut request, actor);
    metrics::histogram!("gql_guard_seconds").record(began.elapsed().as_secs_f64());
    let operation = operation?;
    let source = match house.trusted.knows(&operation.hash) {
        true => Source::Trusted,
        false => source,
    };
    count(source.name());
    let counted_as = match source {
        Source::Trusted => operation
            .name
            .clone()
            .unwrap_or_else(|| "unnamed".to_owned()),
        Source::Registered | Source::AdHoc => "other".to_owned(),
    };
    Ok(Ready {
        request,
        operation,
        counted_as,
        asks_cost,
    })
}

impl Ready {
    /// What goes into the answer about the cost, when the client asked for it.
    pub(super) fn told(&self, share: Option<Standing>) -> Option<Value> {
        if !self.asks_cost {
            return None;
        }
        let mut told = serde_json::json!({
            "requested": self.operation.cost,
            "limit": self.operation.limit,
        });
        if let (Some(share), Some(fields)) = (share, told.as_object_mut()) {
            fields.insert("remaining".to_owned(), share.remaining().into());
            fields.insert("perMinute".to_owned(), share.limit().into());
        }
        Value::from_json(told).ok()
    }
}

/// Answers of a subscription, of which the first tells about the cost.
pub(super) fn telling(
    answers: BoxStream<'static, Response>,
    told: Option<Value>,
) -> BoxStream<'static, Response> {
    let mut told = told;
    answers
        .map(move |answer| with_cost(answer, told.take()))
        .boxed()
}

/// The answer with what was told about its cost.
pub(super) fn with_cost(mut answer: Response, told: Option<Value>) -> Response {
    if let Some(told) = told {
        answer.extensions.insert("cost".to_owned(), told);
    }
    answer
}

impl Source {
    const fn name(self) -> &'static str {
        match self {
            Self::Trusted => "trusted",
            Self::Registered => "registered",
            Self::AdHoc => "ad_hoc",
        }
    }
}

fn count(source: &'static str) {
    metrics::counter!("graphql_documents_total", "source" => source).increment(1);
}

/// The text that is meant.
async fn open(house: &House, said: Said) -> Result<(String, Source), ServerError> {
    let mode = house.config.server.trusted_documents;
    match said {
        Said::Id(id) => match imported(house, &id).await? {
            Some(text) => Ok((text, Source::Trusted)),
            None => Err(unknown("There is no imported document with this id.")),
        },
        Said::Hashed { hash, text: None } => {
            if let Some(text) = imported(house, &hash).await? {
                return Ok((text, Source::Trusted));
            }
            let registered = match mode {
                // What was registered was never trusted.
                TrustedDocuments::Only => None,
                TrustedDocuments::Off | TrustedDocuments::Prefer => house.documents.text_of(&hash),
            };
            // Clients look for this very message, and then send the text.
            let text = registered.ok_or_else(|| unknown("PersistedQueryNotFound"))?;
            Ok((text, Source::Registered))
        }
        Said::Hashed {
            hash,
            text: Some(text),
        } => {
            if sha256_of(&text) != hash {
                return Err(refusal(
                    "BAD_REQUEST",
                    "`sha256Hash` is not the query's SHA-256.",
                ));
            }
            allowed(house, text, Source::Registered).await
        }
        Said::Text(text) => allowed(house, text, Source::AdHoc).await,
    }
}

/// The text, when such texts are run here.
async fn allowed(
    house: &House,
    text: String,
    source: Source,
) -> Result<(String, Source), ServerError> {
    if house.config.server.trusted_documents != TrustedDocuments::Only
        || imported(house, &sha256_of(&text)).await?.is_some()
    {
        return Ok((text, source));
    }
    count("refused");
    Err(refusal(
        "FORBIDDEN",
        "This server runs imported documents only: send the `documentId` of one.",
    ))
}

async fn imported(house: &House, id: &str) -> Result<Option<String>, ServerError> {
    if house.config.server.trusted_documents == TrustedDocuments::Off {
        return Ok(None);
    }
    match house.trusted.find(&house.app, id).await {
        Ok(text) => Ok(text.map(|text| text.to_string())),
        Err(error) => {
            if !error.is_unavailable() {
                tracing::error!(?error, "the trusted documents could not be read");
            }
            let mut error = refusal("UNAVAILABLE", "The document cannot be looked up now.");
            let extensions = error.extensions.get_or_insert_default();
            extensions.set("retryAfterSeconds", 1);
            Err(error)
        }
    }
}

fn unknown(message: &str) -> ServerError {
    count("unknown");
    refusal("PERSISTED_QUERY_NOT_FOUND", message)
}
