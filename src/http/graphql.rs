//! GraphQL over HTTP, as `docs/API.md` and the GraphQL-over-HTTP draft have it. The library's own handlers
//! run mutations by GET, take form bodies and have no bounds, so that this is written here.

use std::time::Duration;

use async_graphql::{Request as Operation, Response as Outcome, parser::types::OperationType};
use axum::{
    Extension,
    body::Body,
    extract::{Request, State},
    http::{
        HeaderMap, HeaderName, HeaderValue, Method, StatusCode,
        header::{
            ALLOW, CONNECTION, CONTENT_ENCODING, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE,
        },
    },
    response::Response,
};
use domain::base::{Error, Op, Timeline};
use graphql::{base::idempotency::IdempotencyHeader, document::refusal};
use tracing::Instrument;

use super::{
    accept::{self, MediaType},
    arrival::{self, Arrival},
    body::{self, Unread},
    caller,
    envelope::Envelope,
    house::House,
    idempotency,
    limits::{self, Standing},
    observe::OperationName,
    outcome::{answer, write},
    request_id::RequestId,
    sse, websocket,
};

/// Bytes of a body.
pub const LARGEST_BODY: usize = 64 * 1024;

/// Any of these shows that a page could not have sent the request without being asked first.
const PREFLIGHT_HEADERS: [HeaderName; 3] = [
    HeaderName::from_static("graphql-require-preflight"),
    HeaderName::from_static("apollo-require-preflight"),
    HeaderName::from_static("x-apollo-operation-name"),
];

/// A request that is not answered by the schema.
pub(super) struct Refused {
    status: StatusCode,
    code: &'static str,
    message: String,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl Refused {
    pub(super) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            headers: Vec::new(),
        }
    }

    fn bad(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "BAD_REQUEST", message)
    }

    pub(super) fn with(mut self, name: HeaderName, value: impl Into<HeaderValue>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    fn into_response(self, media_type: MediaType, request_id: &RequestId) -> Response {
        let mut error = refusal(self.code, self.message);
        let wait = self.headers.iter().find(|(name, _)| name == RETRY_AFTER);
        let wait = wait.and_then(|(_, value)| value.to_str().ok()?.parse::<u64>().ok());
        if let Some(wait) = wait {
            let extensions = error.extensions.get_or_insert_default();
            extensions.set("retryAfterSeconds", wait);
        }
        let outcome = Outcome::from_errors(vec![error]);
        let mut response = write(outcome, self.status, media_type, request_id);
        response.headers_mut().extend(self.headers);
        response
    }
}

/// `/graphql`.
pub async fn handle(
    State(house): State<House>,
    Extension(request_id): Extension<RequestId>,
    request: Request,
) -> Response {
    if websocket::is_upgrade(request.headers()) {
        return websocket::upgrade(house, request_id, request).await;
    }
    let asked = accept::negotiate(request.headers());
    let media_type = asked.unwrap_or(MediaType::Json);
    let arrival = arrival::arrive(&house, request.headers(), request.extensions()).await;
    let standing = arrival.standing;
    let mut response = match respond(&house, &request_id, request, asked, arrival).await {
        Ok(response) => response,
        Err(refused) => refused.into_response(media_type, &request_id),
    };
    for (name, value) in standing.iter().flat_map(Standing::headers) {
        // A refusal may have told of another share already.
        response.headers_mut().entry(name).or_insert(value);
    }
    response
}

/// Refuses who has nothing left.
fn within(standing: Option<Standing>) -> Result<(), Refused> {
    let Some((standing, wait)) = standing.and_then(|each| Some((each, each.retry_after?))) else {
        return Ok(());
    };
    let told = limits::too_often(wait);
    let refused = Refused::new(StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED", told.message);
    let mut refused = refused.with(RETRY_AFTER, wait);
    refused.headers.extend(standing.headers());
    Err(refused)
}

async fn respond(
    house: &House,
    request_id: &RequestId,
    request: Request,
    asked: Option<MediaType>,
    arrival: Arrival,
) -> Result<Response, Refused> {
    let (parts, content) = request.into_parts();
    let envelope = match parts.method {
        Method::GET => from_get(&parts.headers, parts.uri.query().unwrap_or_default()),
        Method::POST => from_post(house, &parts.headers, content).await,
        _ => Err(not_allowed(
            "GET, POST",
            "Send a POST, or a GET with a query.",
        )),
    }?;
    within(arrival.standing)?;
    let events = accept::takes_events(&parts.headers);
    if asked.is_none() && !events {
        return Err(Refused::new(
            StatusCode::NOT_ACCEPTABLE,
            "BAD_REQUEST",
            "Answers come as application/graphql-response+json, application/json or text/event-stream.",
        ));
    }
    let caller = arrival.caller.map_err(unknown_caller)?;
    let mut request = envelope.into_request();
    let operation = match house.documents.prepare(&mut request, caller.actor) {
        Ok(operation) => operation,
        Err(errors) => return Ok(deliver(Outcome::from_errors(errors), asked, request_id)),
    };
    allowed_here(operation.kind, &parts.method, events)?;
    if operation.kind == OperationType::Mutation
        && request.parsed_query().is_ok_and(limits::is_guarded)
    {
        within(house.shares.take_guarded(arrival.address))?;
    }
    let origin = caller::origin(house, &parts.headers, &parts.extensions);
    let timeline = Timeline::of(house.app.database.reader(), caller.test_clock);
    let timeline = timeline.await.map_err(unknown_caller)?;
    let op = Op::new(house.app.clone(), caller.actor, &request_id.0, origin).on(timeline);
    let mut request = graphql::attach(request, op);
    if let Some(key) = idempotency::key(&parts.headers).map_err(Refused::bad)? {
        request = request.data(IdempotencyHeader(key));
    }
    if let Some(standing) = arrival.standing {
        request = request.data(standing.shown(house.app.clock.now()));
    }
    let mut response = if operation.kind == OperationType::Subscription {
        sse::follow(house, &parts, caller, request, request_id)?
    } else {
        let time = match caller.claims {
            Some(_) => house.limits.operation,
            None => house.limits.operation / 2,
        };
        let outcome = run(house, request, operation.kind, time).await?;
        deliver(outcome, asked, request_id)
    };
    if let Some(name) = operation.name {
        response.extensions_mut().insert(OperationName(name));
    }
    Ok(response)
}

fn from_get(headers: &HeaderMap, query: &str) -> Result<Envelope, Refused> {
    // Another site's page can make a browser send a GET; what it may not see it should not cause either.
    let site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
    let own = matches!(site, None | Some(b"same-origin" | b"same-site" | b"none"));
    let asked_first = PREFLIGHT_HEADERS
        .iter()
        .any(|name| headers.get(name).is_some_and(|value| !value.is_empty()));
    if !own && !asked_first {
        return Err(Refused::bad(
            "A GET from another site needs the header GraphQL-Require-Preflight.",
        ));
    }
    Envelope::from_parameters(query).map_err(Refused::bad)
}

async fn from_post(house: &House, headers: &HeaderMap, content: Body) -> Result<Envelope, Refused> {
    // Read first, so that the client gets to read a refusal too.
    let content = body::read(content, LARGEST_BODY, house.limits.body)
        .await
        .map_err(unread)?;
    let encoded = headers
        .get(CONTENT_ENCODING)
        .is_some_and(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity"));
    if encoded || !is_json(headers) {
        return Err(Refused::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "BAD_REQUEST",
            "Send application/json in UTF-8, not encoded.",
        ));
    }
    Envelope::from_json(&content).map_err(Refused::bad)
}

/// Only types that a page cannot send without being asked first: this is the protection against forged posts.
fn is_json(headers: &HeaderMap) -> bool {
    let Some(text) = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
    else {
        return false;
    };
    let mut parts = text.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default().to_ascii_lowercase();
    let known = ["application/json", "application/graphql-response+json"];
    known.contains(&essence.as_str())
        && parts.all(|parameter| match parameter.split_once('=') {
            Some((name, value)) if name.trim().eq_ignore_ascii_case("charset") => {
                value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
            }
            _ => true,
        })
}

fn unread(unread: Unread) -> Refused {
    let close = |refused: Refused| refused.with(CONNECTION, HeaderValue::from_static("close"));
    match unread {
        Unread::TooLarge => close(Refused::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "QUERY_TOO_LARGE",
            format!("The body is larger than {LARGEST_BODY} bytes."),
        )),
        Unread::TooSlow => close(Refused::new(
            StatusCode::REQUEST_TIMEOUT,
            "BAD_REQUEST",
            "The body did not come in time.",
        )),
        Unread::Broken => close(Refused::bad("The body broke off.")),
    }
}

fn not_allowed(allow: &'static str, message: &'static str) -> Refused {
    Refused::new(StatusCode::METHOD_NOT_ALLOWED, "BAD_REQUEST", message)
        .with(ALLOW, HeaderValue::from_static(allow))
}

fn unknown_caller(error: Error) -> Refused {
    match error {
        Error::Unauthenticated => Refused::new(
            StatusCode::UNAUTHORIZED,
            "UNAUTHENTICATED",
            "The access token is not, or no longer, good: refresh it or log in again.",
        )
        .with(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer")),
        Error::Busy {
            retry_after_seconds,
        } => unavailable("The server is busy.").with(RETRY_AFTER, retry_after_seconds),
        other => {
            tracing::error!(error = ?other, "a caller could not be recognised");
            Refused::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "INTERNAL_SERVER_ERROR",
                domain::base::error::MASKED,
            )
        }
    }
}

pub(super) fn unavailable(message: &'static str) -> Refused {
    Refused::new(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", message)
}

fn allowed_here(kind: OperationType, method: &Method, events: bool) -> Result<(), Refused> {
    match kind {
        OperationType::Subscription if !events => Err(Refused::new(
            StatusCode::NOT_ACCEPTABLE,
            "BAD_REQUEST",
            "Subscriptions come as text/event-stream, or over a WebSocket at this address with the protocol graphql-transport-ws.",
        )),
        OperationType::Mutation if method != Method::POST => {
            Err(not_allowed("POST", "Send mutations by POST."))
        }
        _ => Ok(()),
    }
}

/// Runs it. A mutation goes on when its client goes away: half an answer is worse than none.
async fn run(
    house: &House,
    asked: Operation,
    kind: OperationType,
    time: Duration,
) -> Result<Outcome, Refused> {
    let schema = house.schema.clone();
    let work = async move { tokio::time::timeout(time, schema.answer(asked)).await };
    let ended = if kind == OperationType::Mutation {
        let task = house.shutdown.tasks.spawn(work.in_current_span());
        match task.await {
            Ok(ended) => ended,
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(_) => return Err(unavailable("The server is going down.").with(RETRY_AFTER, 1)),
            },
        }
    } else {
        work.await
    };
    ended.map_err(|_| {
        tracing::warn!("an operation took too long");
        unavailable("This took too long; whether it was done is not known.").with(RETRY_AFTER, 2)
    })
}

/// In one piece where a type for that was asked for, and as the only event of a stream otherwise.
fn deliver(outcome: Outcome, asked: Option<MediaType>, request_id: &RequestId) -> Response {
    match asked {
        Some(media_type) => answer(outcome, media_type, request_id),
        None => sse::once(outcome, request_id),
    }
}
