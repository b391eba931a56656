//! From what the schema answered to what goes out: the status, the headers, the body.

use std::collections::BTreeMap;

use async_graphql::{Response as Outcome, ServerError, Value};
use axum::{
    http::{
        HeaderValue, StatusCode,
        header::{CONTENT_TYPE, RETRY_AFTER, VARY},
    },
    response::{IntoResponse, Response},
};

use super::{accept::MediaType, answer::json_error, record::ErrorCode, request_id::RequestId};

/// The answer, with the status that the table has for it.
pub(super) fn answer(outcome: Outcome, media_type: MediaType, request_id: &RequestId) -> Response {
    let ran = ran(&outcome);
    let pressure = outcome.errors.iter().find_map(|error| {
        let status = match code_of(error)? {
            "RATE_LIMITED" => StatusCode::TOO_MANY_REQUESTS,
            "UNAVAILABLE" => StatusCode::SERVICE_UNAVAILABLE,
            _ => return None,
        };
        Some((status, retry_after(error)))
    });
    let nothing_came = outcome.data == Value::Null || is_all_null(&outcome.data);
    let (status, wait) = match pressure {
        Some((status, wait)) if nothing_came => (status, Some(wait)),
        _ if !ran && media_type == MediaType::GraphqlResponse => (StatusCode::BAD_REQUEST, None),
        _ => (StatusCode::OK, None),
    };
    let mut response = write(outcome, status, media_type, request_id);
    if let Some(wait) = wait {
        response.headers_mut().insert(RETRY_AFTER, wait.into());
    }
    response
}

/// Whether it was run. What failed before that belongs to no field.
fn ran(outcome: &Outcome) -> bool {
    let empty = outcome.data == Value::Null && !outcome.errors.is_empty();
    !empty || outcome.errors.iter().any(|error| !error.path.is_empty())
}

/// Whether every root field failed: then a client that looks at the status alone is told the truth.
fn is_all_null(data: &Value) -> bool {
    matches!(data, Value::Object(fields) if !fields.is_empty() && fields.values().all(|value| *value == Value::Null))
}

/// The code of the first error, for the log; nothing when all went well.
pub(super) fn first_code(outcome: &Outcome) -> Option<String> {
    let error = outcome.errors.first()?;
    Some(code_of(error).unwrap_or("none").to_owned())
}

pub(super) fn code_of(error: &ServerError) -> Option<&str> {
    match error.extensions.as_ref()?.get("code")? {
        Value::String(code) => Some(code),
        _ => None,
    }
}

fn retry_after(error: &ServerError) -> u64 {
    let extensions = error.extensions.as_ref();
    match extensions.and_then(|values| values.get("retryAfterSeconds")) {
        Some(Value::Number(seconds)) => seconds.as_u64().unwrap_or(1),
        _ => 1,
    }
}

/// The answer as it goes out: fields in the order they were asked for, which a map of JSON would lose.
#[derive(serde::Serialize)]
struct Written<'a> {
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [ServerError],
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a Value>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    extensions: &'a BTreeMap<String, Value>,
}

/// The answer as JSON, its errors signed with the request's id. What was not run has no `data` key.
///
/// # Errors
/// A value that JSON cannot hold.
pub(super) fn to_json(
    outcome: &mut Outcome,
    request_id: &RequestId,
) -> Result<Vec<u8>, serde_json::Error> {
    for error in &mut outcome.errors {
        let extensions = error.extensions.get_or_insert_default();
        extensions.set("requestId", request_id.0.as_str());
    }
    serde_json::to_vec(&Written {
        errors: &outcome.errors,
        data: ran(outcome).then_some(&outcome.data),
        extensions: &outcome.extensions,
    })
}

/// Writes the answer.
pub(super) fn write(
    mut outcome: Outcome,
    status: StatusCode,
    media_type: MediaType,
    request_id: &RequestId,
) -> Response {
    let code = first_code(&outcome);
    let body = to_json(&mut outcome, request_id);
    let body = match body {
        Ok(body) => body,
        Err(error) => {
            tracing::error!(%error, "an answer cannot be written as JSON");
            return json_error(
                StatusCode::INTERNAL_SERVER_ERROR,
                "INTERNAL_SERVER_ERROR",
                domain::base::error::MASKED,
                request_id,
            );
        }
    };
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    headers.extend(outcome.http_headers);
    headers.insert(CONTENT_TYPE, media_type.content_type());
    headers.append(VARY, HeaderValue::from_static("Accept"));
    if let Some(code) = code {
        response.extensions_mut().insert(ErrorCode(code));
    }
    response
}
