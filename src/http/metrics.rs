//! `/metrics`, for Prometheus.

use axum::{
    Extension,
    extract::State,
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{AUTHORIZATION, CONTENT_TYPE, WWW_AUTHENTICATE},
    },
    response::{IntoResponse, Response},
};
use secrecy::ExposeSecret;
use subtle::ConstantTimeEq;

use super::{answer::json_error, house::House, request_id::RequestId};

/// The figures as text, for whoever has the token, when there is one.
pub(super) async fn figures(
    State(house): State<House>,
    Extension(request_id): Extension<RequestId>,
    headers: HeaderMap,
) -> Response {
    if let Some(token) = &house.config.secrets.metrics_token {
        let wanted = format!("Bearer {}", token.expose_secret().trim());
        let given = headers
            .get(AUTHORIZATION)
            .map_or(&b""[..], HeaderValue::as_bytes);
        if !bool::from(given.ct_eq(wanted.as_bytes())) {
            let mut response = json_error(
                StatusCode::UNAUTHORIZED,
                "UNAUTHENTICATED",
                "Send the metrics token as a bearer token.",
                &request_id,
            );
            let headers = response.headers_mut();
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            return response;
        }
    }
    house.gauges.refresh(&house.app).await;
    let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    ([(CONTENT_TYPE, kind)], house.metrics.render()).into_response()
}
