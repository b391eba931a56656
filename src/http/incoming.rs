//! Reading a request for a document: which methods, types and origins may bring one, and how large it may be.

use axum::{
    body::{Body, Bytes},
    http::{
        HeaderMap, HeaderName, HeaderValue, Method, StatusCode,
        header::{CONNECTION, CONTENT_ENCODING, CONTENT_TYPE},
        request::Parts,
    },
};

use super::{
    body::{self, Unread},
    envelope::Envelope,
    house::House,
    refused::{Refused, not_allowed},
};

/// Any of these shows that a page could not have sent the request without being asked first.
const PREFLIGHT_HEADERS: [HeaderName; 3] = [
    HeaderName::from_static("graphql-require-preflight"),
    HeaderName::from_static("apollo-require-preflight"),
    HeaderName::from_static("x-apollo-operation-name"),
];

/// What the client sent.
///
/// # Errors
/// What is wrong with the HTTP request.
pub(super) async fn read(house: &House, parts: &Parts, content: Body) -> Result<Envelope, Refused> {
    match parts.method {
        Method::GET => from_get(&parts.headers, parts.uri.query().unwrap_or_default()),
        Method::POST => from_post(house, &parts.headers, content).await,
        _ => Err(not_allowed(
            "GET, POST",
            "Send a POST, or a GET with a query.",
        )),
    }
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
    let content = body(house, content, house.config.limits.body).await?;
    require_json(headers)?;
    Envelope::from_json(&content).map_err(Refused::bad)
}

/// The whole body, of at most this many bytes.
pub(super) async fn body(house: &House, content: Body, largest: usize) -> Result<Bytes, Refused> {
    let read = body::read(content, largest, house.limits.body).await;
    read.map_err(|error| unread(error, largest))
}

/// Refuses what is not JSON, or hides it.
pub(super) fn require_json(headers: &HeaderMap) -> Result<(), Refused> {
    let encoded = headers
        .get(CONTENT_ENCODING)
        .is_some_and(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity"));
    match !encoded && is_json(headers) {
        true => Ok(()),
        false => Err(Refused::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "BAD_REQUEST",
            "Send application/json in UTF-8, not encoded.",
        )),
    }
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

fn unread(unread: Unread, largest: usize) -> Refused {
    let close = |refused: Refused| refused.with(CONNECTION, HeaderValue::from_static("close"));
    match unread {
        Unread::TooLarge => close(Refused::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "QUERY_TOO_LARGE",
            format!("The body is larger than {largest} bytes."),
        )),
        Unread::TooSlow => close(Refused::new(
            StatusCode::REQUEST_TIMEOUT,
            "BAD_REQUEST",
            "The body did not come in time.",
        )),
        Unread::Broken => close(Refused::bad("The body broke off.")),
    }
}
