//! Answers that are not GraphQL's: small JSON, the same for every door.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::{record::ErrorCode, request_id::RequestId};

/// A refusal as a small JSON object: a code, a sentence, the request's id.
#[must_use]
pub fn json_error(
    status: StatusCode,
    code: &str,
    message: &str,
    request_id: &RequestId,
) -> Response {
    let body = json!({ "error": { "code": code, "message": message, "requestId": request_id.0 } });
    let mut response = (status, Json(body)).into_response();
    response.extensions_mut().insert(ErrorCode(code.to_owned()));
    response
}
