//! GraphQL over HTTP, as `docs/API.md` and the GraphQL-over-HTTP draft have it. The library's own handlers
//! run mutations by GET, take form bodies and have no bounds, so that this is written here.

use std::time::Duration;

use async_graphql::{Request as Operation, Response as Outcome, parser::types::OperationType};
use axum::{
    Extension,
    extract::{Request, State},
    http::{Method, StatusCode, header::RETRY_AFTER},
    response::Response,
};
use domain::base::{Op, Timeline, TraceParent, trace};
use tracing::Instrument;

use super::{
    accept::{self, MediaType},
    arrival::{self, Arrival},
    caller, guarded,
    house::House,
    idempotency, incoming,
    limits::Standing,
    operation::{self, with_cost},
    outcome::answer,
    record::{OperationRecord, Record, name_of},
    refused::{Refused, not_allowed, unavailable, unknown_caller, within},
    repeat::{self, Carried},
    request_id::RequestId,
    sse, websocket,
};

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
    let mut record = Record {
        actor: (arrival.caller.as_ref().ok()).map(|caller| name_of(caller.actor)),
        operation: None,
    };
    let answered = respond(&house, &request_id, request, asked, arrival, &mut record).await;
    let mut response = match answered {
        Ok(response) => response,
        Err(refused) => refused.into_response(media_type, &request_id),
    };
    for (name, value) in standing.iter().flat_map(Standing::headers) {
        // A refusal may have told of another share already.
        response.headers_mut().entry(name).or_insert(value);
    }
    response.extensions_mut().insert(record);
    response
}

async fn respond(
    house: &House,
    request_id: &RequestId,
    request: Request,
    asked: Option<MediaType>,
    arrival: Arrival,
    record: &mut Record,
) -> Result<Response, Refused> {
    let (parts, content) = request.into_parts();
    let envelope = incoming::read(house, &parts, content).await?;
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
    let mut ready = match operation::ready(house, envelope, caller.actor).await {
        Ok(ready) => ready,
        Err(errors) => return Ok(deliver(Outcome::from_errors(errors), asked, request_id)),
    };
    record.operation = Some(OperationRecord::of(&ready));
    let kind = ready.operation.kind;
    allowed_here(kind, &parts.method, events)?;
    if kind == OperationType::Mutation && is_guarded(&mut ready.request) {
        within(house.shares.take_guarded(arrival.address).await)?;
    }
    let user = caller.actor.user_id();
    let cost = ready.operation.cost;
    let share = (house.shares).take_cost(user, arrival.address, cost).await;
    within(share)?;
    let told = ready.told(share);
    let origin = caller::origin(house, &parts.headers, &parts.extensions);
    let timeline = Timeline::of(house.app.database.reader(), caller.test_clock);
    let timeline = timeline.await.map_err(unknown_caller)?;
    let op = Op::new(house.app.clone(), caller.actor, &request_id.0, origin)
        .on(timeline)
        .traced(parts.extensions.get::<TraceParent>().copied());
    let carried = Carried {
        op,
        key: idempotency::key(&parts.headers).map_err(Refused::bad)?,
        standing: arrival.standing,
    };
    if kind == OperationType::Subscription {
        let request = carried.attach(ready.request);
        return sse::follow(house, &parts, caller, (request, told), request_id);
    }
    let time = match caller.claims {
        Some(_) => house.limits.operation,
        None => house.limits.operation / 2,
    };
    let outcome = run(house, (ready.request, carried), kind, time).await?;
    Ok(deliver(with_cost(outcome, told), asked, request_id))
}

fn is_guarded(request: &mut Operation) -> bool {
    request.parsed_query().is_ok_and(guarded::is_guarded)
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
    (asked, carried): (Operation, Carried),
    kind: OperationType,
    time: Duration,
) -> Result<Outcome, Refused> {
    let schema = house.schema.clone();
    let span = tracing::info_span!(target: trace::TARGET, "operation", kind = %kind);
    let work = async move {
        let answer = repeat::answer(schema.as_ref(), asked, carried);
        tokio::time::timeout(time, answer).await
    };
    let work = work.instrument(span);
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
