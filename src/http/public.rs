//! Small public documents: the schema, our public keys, and the demo accounts on a developer's machine.

use std::sync::LazyLock;

use axum::{
    Extension, Json,
    extract::State,
    http::{
        HeaderValue, StatusCode, Uri,
        header::{CACHE_CONTROL, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
};

use bytes::Bytes;

use crate::commands::seed::DEMO_ACCOUNTS;

use super::{answer::json_error, house::House, request_id::RequestId};

/// `/schema.graphql`: the same text as the file in `schema/`.
pub(super) async fn schema() -> Response {
    static TEXT: LazyLock<Bytes> = LazyLock::new(|| graphql::sdl().into());
    let headers = [
        (
            CONTENT_TYPE,
            HeaderValue::from_static("text/plain; charset=utf-8"),
        ),
        (
            CACHE_CONTROL,
            HeaderValue::from_static("public, max-age=300"),
        ),
    ];
    (headers, TEXT.clone()).into_response()
}

/// `/.well-known/jwks.json`: what access tokens are checked with.
pub(super) async fn keys(State(house): State<House>) -> Response {
    let headers = [(
        CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=300"),
    )];
    (headers, Json(house.app.access_tokens.key_set())).into_response()
}

/// `/dev/accounts.json`: who can log in after `fabrica seed`. Mounted in development alone.
pub(super) async fn demo_accounts() -> Response {
    Json(DEMO_ACCOUNTS).into_response()
}

/// Whatever is not there.
pub(super) async fn not_found(Extension(request_id): Extension<RequestId>, uri: Uri) -> Response {
    tracing::debug!(path = uri.path(), "nothing there");
    json_error(
        StatusCode::NOT_FOUND,
        "NOT_FOUND",
        "There is nothing at this address; the API is at /graphql.",
        &request_id,
    )
}

/// A method that the address does not have. The router adds `Allow`.
pub(super) async fn no_such_method(Extension(request_id): Extension<RequestId>) -> Response {
    json_error(
        StatusCode::METHOD_NOT_ALLOWED,
        "BAD_REQUEST",
        "This address does not take this method.",
        &request_id,
    )
}
