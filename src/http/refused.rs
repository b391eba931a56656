//! Requests that are refused before anything is done.

use async_graphql::Response as Outcome;
use axum::{
    http::{
        HeaderName, HeaderValue, StatusCode,
        header::{ALLOW, RETRY_AFTER, WWW_AUTHENTICATE},
    },
    response::Response,
};
use domain::base::Error;
use graphql::document::refusal;

use super::{
    accept::MediaType,
    answer::json_error,
    limits::{self, Standing},
    outcome::write,
    request_id::RequestId,
};

/// A request that is refused before anything is done.
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

    pub(super) fn bad(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "BAD_REQUEST", message)
    }

    pub(super) fn with(mut self, name: HeaderName, value: impl Into<HeaderValue>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(super) fn into_response(self, media_type: MediaType, request_id: &RequestId) -> Response {
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

    /// As doors say it that are not GraphQL's.
    pub(super) fn into_small_response(self, request_id: &RequestId) -> Response {
        let mut response = json_error(self.status, self.code, &self.message, request_id);
        response.headers_mut().extend(self.headers);
        response
    }
}

pub(super) fn not_allowed(allow: &'static str, message: &'static str) -> Refused {
    Refused::new(StatusCode::METHOD_NOT_ALLOWED, "BAD_REQUEST", message)
        .with(ALLOW, HeaderValue::from_static(allow))
}

pub(super) fn unknown_caller(error: Error) -> Refused {
    match error {
        Error::Unauthenticated => Refused::new(
            StatusCode::UNAUTHORIZED,
            "UNAUTHENTICATED",
            "The access token is not, or no longer, good: refresh it or log in again.",
        )
        .with(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer")),
        busy if busy.is_unavailable() => unavailable("The server is busy.")
            .with(RETRY_AFTER, busy.retry_after_seconds().unwrap_or(1)),
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

/// Refuses who has nothing left.
pub(super) fn within(standing: Option<Standing>) -> Result<(), Refused> {
    let Some((standing, wait)) = standing.and_then(|each| Some((each, each.retry_after?))) else {
        return Ok(());
    };
    let told = limits::too_often(wait);
    let refused = Refused::new(StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED", told.message);
    let mut refused = refused.with(RETRY_AFTER, wait);
    refused.headers.extend(standing.headers());
    Err(refused)
}
