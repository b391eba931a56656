//! The four doors: log in, register, refresh, log out. Each calls the use case that GraphQL calls.

use axum::{
    Json, Router,
    body::Body,
    extract::State,
    http::{
        HeaderValue, StatusCode,
        header::{RETRY_AFTER, SET_COOKIE},
        request::Parts,
    },
    response::{IntoResponse, Response},
    routing::post,
};
use domain::{
    base::{Actor, Error, Op, Result},
    users::{self, Credentials, LoggedIn, NewUser},
};
use entity::users::Locale;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::{
    again::again,
    http::{
        caller,
        house::House,
        incoming,
        refused::{self, Refused},
        request_id::RequestId,
    },
};

use super::{cookie, site};

/// Longer bodies are not read.
const MOST_BYTES: usize = 4 * 1024;

/// The doors.
pub(in crate::http) fn router(house: House) -> Router {
    Router::new()
        .route("/auth/log-in", post(log_in))
        .route("/auth/register", post(register))
        .route(cookie::PATH, post(refresh))
        .route("/auth/log-out", post(log_out))
        .with_state(house)
}

#[derive(Deserialize)]
struct LogIn {
    identifier: String,
    password: String,
}

#[derive(Deserialize)]
struct Register {
    username: String,
    email: String,
    password: String,
    locale: Option<Locale>,
}

async fn log_in(State(house): State<House>, parts: Parts, content: Body) -> Response {
    let op = house.op(Actor::Anonymous, "auth", &parts);
    let entering = async {
        let asked: LogIn = admitted(&house, &parts, content).await?;
        let credentials = Credentials {
            identifier: asked.identifier,
            password: asked.password,
        };
        let done = finished(&op, || users::log_in(&op, &credentials)).await;
        answer(&house, &op, done)
    };
    said(&parts, entering.await)
}

async fn register(State(house): State<House>, parts: Parts, content: Body) -> Response {
    let op = house.op(Actor::Anonymous, "auth", &parts);
    let entering = async {
        let asked: Register = admitted(&house, &parts, content).await?;
        let new = NewUser {
            username: asked.username,
            email: asked.email,
            password: asked.password,
            locale: asked.locale.unwrap_or_default(),
            ..NewUser::default()
        };
        let done = finished(&op, || users::register(&op, &new)).await;
        answer(&house, &op, done)
    };
    said(&parts, entering.await)
}

/// A browser without a cookie has no session, which is no mistake of anybody.
async fn refresh(State(house): State<House>, parts: Parts, content: Body) -> Response {
    let op = house.op(Actor::Anonymous, "auth", &parts);
    let refreshing = async {
        admitted::<Value>(&house, &parts, content).await?;
        let Some(token) = cookie::brought(&parts.headers) else {
            return Ok(Json(json!({ "session": null, "errors": [] })).into_response());
        };
        let done = finished(&op, || users::refresh(&op, token)).await;
        let is_over = matches!(done, Err(Error::Refused { .. }));
        let mut response = answer(&house, &op, done)?;
        if is_over {
            set_cookie(&mut response, cookie::forget(is_https(&house)));
        }
        Ok(response)
    };
    said(&parts, refreshing.await)
}

/// Ends the session of the access token, and has the browser forget the cookie whatever became of it.
async fn log_out(State(house): State<House>, parts: Parts, content: Body) -> Response {
    if let Err(refused) = admitted::<Value>(&house, &parts, content).await {
        return said(&parts, Err(refused));
    }
    let ended = match caller::of(&house, &parts.headers).await {
        Ok(caller) => {
            let op = house.op(caller.actor, "auth", &parts);
            finished(&op, || users::log_out(&op)).await
        }
        Err(error) => Err(error),
    };
    let ended = match ended {
        // Nobody is logged in: that is what was asked for.
        Ok(()) | Err(Error::Unauthenticated) => Ok(Json(json!({ "errors": [] })).into_response()),
        Err(error) => Err(failed(error)),
    };
    let mut response = said(&parts, ended);
    set_cookie(&mut response, cookie::forget(is_https(&house)));
    response
}

/// Nothing but its own pages gets past a door, nor whoever comes too often.
async fn admitted<T: DeserializeOwned>(
    house: &House,
    parts: &Parts,
    content: Body,
) -> Result<T, Refused> {
    if !site::is_ours(house, &parts.headers) {
        let message = "Only pages of this server may use its cookies.";
        return Err(Refused::new(StatusCode::FORBIDDEN, "FORBIDDEN", message));
    }
    incoming::require_json(&parts.headers)?;
    let trusted = house.config.server.trusted_proxies;
    let address = caller::address(trusted, &parts.headers, &parts.extensions);
    refused::within(house.shares.take(None, address).await)?;
    if tries_something(parts) {
        refused::within(house.shares.take_guarded(address).await)?;
    }
    let content = incoming::body(house, content, MOST_BYTES).await?;
    // What serde says may quote a password.
    serde_json::from_slice(&content)
        .map_err(|_| Refused::bad("This is not the JSON object that docs/API.md describes."))
}

/// A browser that only asks whether it has a session guesses nothing: strangers who look at the plans take nothing from
/// the share of those who log in from the same address.
fn tries_something(parts: &Parts) -> bool {
    parts.uri.path() != cookie::PATH || cookie::brought(&parts.headers).is_some()
}

async fn finished<T, R: Future<Output = Result<T>>>(op: &Op, work: impl FnMut() -> R) -> Result<T> {
    let collided = |answer: &Result<T>| matches!(answer, Err(Error::Collided));
    again(op.app().entropy.as_ref(), "auth", collided, work).await
}

/// The access token for the page and the refresh token for the cookie, or what the person can mend.
fn answer(house: &House, op: &Op, done: Result<LoggedIn>) -> Result<Response, Refused> {
    let tokens = match done {
        Ok(LoggedIn { tokens, .. }) => tokens,
        Err(error) => return mendable(error),
    };
    let session = json!({
        "accessToken": tokens.access_token,
        "expiresAt": tokens.access_token_expires_at,
    });
    let mut response = Json(json!({ "session": session, "errors": [] })).into_response();
    let until = tokens.refresh_token_expires_at;
    let now = op.machine_now();
    let kept = cookie::keep(&tokens.refresh_token, until, now, is_https(house));
    set_cookie(&mut response, kept);
    Ok(response)
}

/// What the person can mend, in the form of a payload's errors; anything else is no answer to them.
fn mendable(error: Error) -> Result<Response, Refused> {
    let (code, message, path) = match &error {
        Error::Invalid {
            field,
            code,
            message,
        } => (code, message, vec!["input", *field]),
        Error::Refused { code, message } => (code, message, Vec::new()),
        _ => return Err(failed(error)),
    };
    let told = json!({ "code": code.name(), "message": message, "path": path });
    Ok(Json(json!({ "session": null, "errors": [told] })).into_response())
}

fn failed(error: Error) -> Refused {
    let wait = error.retry_after_seconds();
    let status = match &error {
        Error::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
        Error::Unauthenticated => StatusCode::UNAUTHORIZED,
        busy if busy.is_unavailable() => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    };
    let code = error.code();
    // Masks what is ours, and logs why.
    let refused = Refused::new(status, code, graphql::base::error::outward(error).message);
    match wait {
        Some(wait) => refused.with(RETRY_AFTER, wait),
        None => refused,
    }
}

fn said(parts: &Parts, answer: Result<Response, Refused>) -> Response {
    let request_id = parts.extensions.get::<RequestId>().cloned();
    let request_id = request_id.unwrap_or_else(|| RequestId(String::new()));
    answer.unwrap_or_else(|refused| refused.into_small_response(&request_id))
}

fn set_cookie(response: &mut Response, value: Option<HeaderValue>) {
    if let Some(value) = value {
        response.headers_mut().insert(SET_COOKIE, value);
    }
}

fn is_https(house: &House) -> bool {
    house.config.server.public_url.starts_with("https://")
}
