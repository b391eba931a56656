//! The four doors: log in, register, refresh, log out. Each calls the use case that GraphQL calls.

use axum::{
    Json, Router,
    body::{Body, Bytes},
    extract::State,
    http::{
        HeaderValue, StatusCode,
        header::{CONTENT_TYPE, RETRY_AFTER, SET_COOKIE},
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
        answer::json_error,
        body, caller,
        house::House,
        limits::{Standing, too_often},
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
    let asked: LogIn = match admitted(&house, &parts, content).await {
        Ok(asked) => asked,
        Err(refusal) => return *refusal,
    };
    let credentials = Credentials {
        identifier: asked.identifier,
        password: asked.password,
    };
    let op = house.op(Actor::Anonymous, "auth", &parts);
    let done = finished(&op, || users::log_in(&op, &credentials)).await;
    answer(&house, &op, &parts, done)
}

async fn register(State(house): State<House>, parts: Parts, content: Body) -> Response {
    let asked: Register = match admitted(&house, &parts, content).await {
        Ok(asked) => asked,
        Err(refusal) => return *refusal,
    };
    let new = NewUser {
        username: asked.username,
        email: asked.email,
        password: asked.password,
        locale: asked.locale.unwrap_or_default(),
        ..NewUser::default()
    };
    let op = house.op(Actor::Anonymous, "auth", &parts);
    let done = finished(&op, || users::register(&op, &new)).await;
    answer(&house, &op, &parts, done)
}

/// A browser without a cookie has no session, which is no mistake of anybody.
async fn refresh(State(house): State<House>, parts: Parts, content: Body) -> Response {
    if let Err(refusal) = admitted::<Value>(&house, &parts, content).await {
        return *refusal;
    }
    let op = house.op(Actor::Anonymous, "auth", &parts);
    let Some(token) = cookie::brought(&parts.headers) else {
        return Json(json!({ "session": null, "errors": [] })).into_response();
    };
    let done = finished(&op, || users::refresh(&op, token)).await;
    let is_over = matches!(done, Err(Error::Refused { .. }));
    let mut response = answer(&house, &op, &parts, done);
    if is_over {
        set_cookie(&mut response, cookie::forget(is_https(&house)));
    }
    response
}

/// Ends the session of the access token, and has the browser forget the cookie whatever became of it.
async fn log_out(State(house): State<House>, parts: Parts, content: Body) -> Response {
    if let Err(refusal) = admitted::<Value>(&house, &parts, content).await {
        return *refusal;
    }
    let ended = match caller::of(&house, &parts.headers).await {
        Ok(caller) => {
            let op = house.op(caller.actor, "auth", &parts);
            finished(&op, || users::log_out(&op)).await
        }
        Err(error) => Err(error),
    };
    let mut response = match ended {
        // Nobody is logged in: that is what was asked for.
        Ok(()) | Err(Error::Unauthenticated) => Json(json!({ "errors": [] })).into_response(),
        Err(error) => failed(error, &parts),
    };
    set_cookie(&mut response, cookie::forget(is_https(&house)));
    response
}

/// Nothing but its own pages gets past a door, nor whoever comes too often.
async fn admitted<T: DeserializeOwned>(
    house: &House,
    parts: &Parts,
    content: Body,
) -> Result<T, Box<Response>> {
    let refuse = |status, code, message: &str| {
        Box::new(json_error(status, code, message, &request_id(parts)))
    };
    if !site::is_ours(house, &parts.headers) {
        let message = "Only pages of this server may use its cookies.";
        return Err(refuse(StatusCode::FORBIDDEN, "FORBIDDEN", message));
    }
    if !is_json(parts) {
        let message = "Send application/json.";
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        return Err(refuse(status, "BAD_REQUEST", message));
    }
    let trusted = house.config.server.trusted_proxies;
    let address = caller::address(trusted, &parts.headers, &parts.extensions);
    within(house.shares.take(None, address).await, parts)?;
    if tries_something(parts) {
        within(house.shares.take_guarded(address).await, parts)?;
    }
    let content: Bytes = body::read(content, MOST_BYTES, house.limits.body)
        .await
        .map_err(|unread| {
            let (status, message) = match unread {
                body::Unread::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "This is too much."),
                body::Unread::TooSlow => (StatusCode::REQUEST_TIMEOUT, "The body did not come."),
                body::Unread::Broken => (StatusCode::BAD_REQUEST, "The body is broken."),
            };
            refuse(status, "BAD_REQUEST", message)
        })?;
    // What serde says may quote a password.
    serde_json::from_slice(&content).map_err(|_| {
        let message = "This is not the JSON object that docs/API.md describes.";
        refuse(StatusCode::BAD_REQUEST, "BAD_REQUEST", message)
    })
}

/// A browser that only asks whether it has a session guesses nothing: strangers who look at the plans take nothing from
/// the share of those who log in from the same address.
fn tries_something(parts: &Parts) -> bool {
    parts.uri.path() != cookie::PATH || cookie::brought(&parts.headers).is_some()
}

fn is_json(parts: &Parts) -> bool {
    let kind = parts.headers.get(CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/json")
}

fn within(standing: Option<Standing>, parts: &Parts) -> Result<(), Box<Response>> {
    match standing.and_then(|standing| standing.retry_after) {
        None => Ok(()),
        Some(wait) => {
            let message = too_often(wait).message;
            let status = StatusCode::TOO_MANY_REQUESTS;
            let response = json_error(status, "RATE_LIMITED", &message, &request_id(parts));
            Err(Box::new(waiting(response, wait)))
        }
    }
}

async fn finished<T, R: Future<Output = Result<T>>>(op: &Op, work: impl FnMut() -> R) -> Result<T> {
    let collided = |answer: &Result<T>| matches!(answer, Err(Error::Collided));
    again(op.app().entropy.as_ref(), "auth", collided, work).await
}

/// The access token for the page and the refresh token for the cookie, or what the person can mend.
fn answer(house: &House, op: &Op, parts: &Parts, done: Result<LoggedIn>) -> Response {
    let tokens = match done {
        Ok(LoggedIn { tokens, .. }) => tokens,
        Err(error) => return refusal(error, parts),
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
    response
}

/// What the person can mend, in the form of a payload's errors; anything else is no answer to them.
fn refusal(error: Error, parts: &Parts) -> Response {
    let (code, message, path) = match &error {
        Error::Invalid {
            field,
            code,
            message,
        } => (code, message, vec!["input", *field]),
        Error::Refused { code, message } => (code, message, Vec::new()),
        _ => return failed(error, parts),
    };
    let told = json!({ "code": code.name(), "message": message, "path": path });
    Json(json!({ "session": null, "errors": [told] })).into_response()
}

fn failed(error: Error, parts: &Parts) -> Response {
    let wait = error.retry_after_seconds();
    let status = match &error {
        Error::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
        Error::Unauthenticated => StatusCode::UNAUTHORIZED,
        busy if busy.is_unavailable() => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    };
    let code = error.code();
    // Masks what is ours, and logs why.
    let message = graphql::base::error::outward(error).message;
    let response = json_error(status, code, &message, &request_id(parts));
    match wait {
        Some(wait) => waiting(response, wait),
        None => response,
    }
}

fn waiting(mut response: Response, seconds: u64) -> Response {
    response.headers_mut().insert(RETRY_AFTER, seconds.into());
    response
}

fn set_cookie(response: &mut Response, value: Option<HeaderValue>) {
    if let Some(value) = value {
        response.headers_mut().insert(SET_COOKIE, value);
    }
}

fn is_https(house: &House) -> bool {
    house.config.server.public_url.starts_with("https://")
}

fn request_id(parts: &Parts) -> RequestId {
    let known = parts.extensions.get::<RequestId>().cloned();
    known.unwrap_or_else(|| RequestId(String::new()))
}
