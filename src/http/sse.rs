//! Server-sent events, one stream for each operation: the "distinct connections mode" of the `graphql-sse`
//! protocol. What is checked before is `graphql`'s, and the same as for any other request.

use std::{convert::Infallible, net::IpAddr, panic::AssertUnwindSafe};

use async_graphql::{Request as Operation, Response as Outcome, Value};
use axum::{
    body::Body,
    http::{
        HeaderName, HeaderValue, StatusCode,
        header::{CONTENT_TYPE, RETRY_AFTER, VARY},
        request::Parts,
    },
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use domain::base::error::MASKED;
use entity::id::UserId;
use futures_util::{FutureExt, StreamExt, stream, stream::BoxStream};
use tokio::time::Interval;
use tokio_util::sync::CancellationToken;

use graphql::document::refusal;

use super::{
    accept::EVENT_STREAM,
    caller::{self, Caller},
    house::House,
    observe,
    operation::telling,
    outcome,
    pace::paced,
    record::ErrorCode,
    refused::{Refused, unavailable},
    request_id::RequestId,
    socket::every,
    tally::Ticket,
    vigil::{self, Vigil},
};

/// The last event. The field without a value is there for browsers, which pass over events without one.
const COMPLETE: &str = "event: complete\ndata:\n\n";

/// A comment: proxies and clients see that the stream lives.
const KEEP_ALIVE: Bytes = Bytes::from_static(b":\n\n");

/// One answer as a stream of its own.
pub(super) fn once(outcome: Outcome, request_id: &RequestId) -> Response {
    let code = outcome::first_code(&outcome);
    let mut response = stream_of(Body::from(last(outcome, request_id)));
    if let Some(code) = code {
        response.extensions_mut().insert(ErrorCode(code));
    }
    response
}

/// The answers of a subscription as they come, until it ends, the caller's log-in ends, or the server goes. The
/// first has what is told about its cost.
///
/// # Errors
/// The server is going, or too many streams and sockets of this address or person are open.
pub(super) fn follow(
    house: &House,
    parts: &Parts,
    caller: Caller,
    (operation, told): (Operation, Option<Value>),
    request_id: &RequestId,
) -> Result<Response, Refused> {
    if house.shutdown.draining.is_cancelled() {
        let refused = unavailable("The server is going down; connect again.");
        return Err(refused.with(RETRY_AFTER, 1));
    }
    let seat = Seat::take(house, parts, &caller)?;
    let mut vigil = Vigil::new(house.limits.session_check);
    if let Some(user) = caller.actor.user_id() {
        vigil.over(&house.app, user);
    }
    let feed = Feed {
        answers: telling(
            paced(house.schema.answers(operation), house.limits.answers),
            told,
        ),
        keep_alive: every(house.limits.ping),
        closing: house.shutdown.closing.clone(),
        house: house.clone(),
        request_id: request_id.clone(),
        vigil,
        caller,
        is_over: false,
        _seat: seat,
    };
    let pieces = stream::unfold(feed, |mut feed| async {
        let piece = feed.next().await?;
        Some((Ok::<_, Infallible>(piece), feed))
    });
    Ok(stream_of(Body::from_stream(pieces)))
}

fn stream_of(body: Body) -> Response {
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(EVENT_STREAM)),
        (VARY, HeaderValue::from_static("Accept")),
        // Some proxies collect an answer before they pass it on.
        (
            HeaderName::from_static("x-accel-buffering"),
            HeaderValue::from_static("no"),
        ),
    ];
    (headers, body).into_response()
}

/// A place among the streams and sockets of an address and a person; free again when dropped.
struct Seat {
    _address: Option<Ticket<IpAddr>>,
    _user: Option<Ticket<UserId>>,
}

impl Seat {
    fn take(house: &House, parts: &Parts, caller: &Caller) -> Result<Self, Refused> {
        let full = |message| {
            let refused = Refused::new(StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED", message);
            refused.with(RETRY_AFTER, 1)
        };
        let limits = house.limits;
        let proxies = house.config.server.trusted_proxies;
        let address = caller::address(proxies, &parts.headers, &parts.extensions)
            .map(|address| {
                let ticket = house
                    .sockets_by_address
                    .enter(address, limits.sockets_of_address);
                ticket.ok_or_else(|| full("Too many streams from this address."))
            })
            .transpose()?;
        let user = (caller.actor.user_id())
            .map(|user| {
                let ticket = house.sockets_by_user.enter(user, limits.sockets_of_user);
                ticket.ok_or_else(|| full("Too many streams of this person."))
            })
            .transpose()?;
        metrics::gauge!("sse_streams").increment(1);
        Ok(Self {
            _address: address,
            _user: user,
        })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        metrics::gauge!("sse_streams").decrement(1);
    }
}

/// A subscription on its way. It is asked for more only when the connection takes more, so that nothing piles
/// up for a client that does not read.
struct Feed {
    house: House,
    request_id: RequestId,
    caller: Caller,
    vigil: Vigil,
    answers: BoxStream<'static, Outcome>,
    keep_alive: Interval,
    closing: CancellationToken,
    is_over: bool,
    _seat: Seat,
}

impl Feed {
    /// What is to be sent next; nothing after the end.
    async fn next(&mut self) -> Option<Bytes> {
        if self.is_over {
            return None;
        }
        loop {
            tokio::select! {
                // First what ends the stream: a subscription that always has more must not go on for ever.
                biased;
                // Without `complete`, so that the client connects again, elsewhere.
                () = self.closing.cancelled() => return None,
                look = self.vigil.due(&self.house.app) => {
                    if !vigil::is_good(&self.house, &self.caller, look).await {
                        return Some(self.end_with(ended_session()));
                    }
                }
                answer = AssertUnwindSafe(self.answers.next()).catch_unwind() => {
                    return Some(self.pass_on(answer).await);
                }
                _ = self.keep_alive.tick() => return Some(KEEP_ALIVE),
            }
        }
    }

    /// An answer, which is an error when the subscription panicked.
    async fn pass_on(&mut self, answer: std::thread::Result<Option<Outcome>>) -> Bytes {
        match answer {
            Ok(Some(outcome)) => {
                // Nobody is told anything by rights that ended a moment ago.
                match caller::is_still_good(&self.house, &self.caller).await {
                    true => event(outcome, &self.request_id).into(),
                    false => self.end_with(ended_session()),
                }
            }
            Ok(None) => {
                self.is_over = true;
                COMPLETE.into()
            }
            Err(_) => {
                observe::note_panic(&self.request_id.0);
                self.end_with(defect())
            }
        }
    }

    fn end_with(&mut self, outcome: Outcome) -> Bytes {
        self.is_over = true;
        last(outcome, &self.request_id)
    }
}

fn defect() -> Outcome {
    Outcome::from_errors(vec![refusal("INTERNAL_SERVER_ERROR", MASKED)])
}

fn ended_session() -> Outcome {
    let message = "The session ended: refresh it or log in again.";
    Outcome::from_errors(vec![refusal("UNAUTHENTICATED", message)])
}

fn last(outcome: Outcome, request_id: &RequestId) -> Bytes {
    (event(outcome, request_id) + COMPLETE).into()
}

/// `next` with an answer. JSON has no line breaks outside texts, and escapes those within.
fn event(mut outcome: Outcome, request_id: &RequestId) -> String {
    let json = outcome::to_json(&mut outcome, request_id).unwrap_or_else(|error| {
        tracing::error!(%error, "an answer cannot be written as JSON");
        let unwritten = r#"{"errors":[{"message":"something went wrong on our side","extensions":{"code":"INTERNAL_SERVER_ERROR"}}]}"#;
        unwritten.into()
    });
    format!("event: next\ndata: {}\n\n", String::from_utf8_lossy(&json))
}
