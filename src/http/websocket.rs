//! The way to a socket: who may have one, and in which protocol. What is said on it is `socket`'s.

use axum::{
    extract::{FromRequestParts, Request, ws::WebSocketUpgrade},
    http::{
        HeaderMap, StatusCode,
        header::{ORIGIN, RETRY_AFTER, UPGRADE},
    },
    response::{IntoResponse, Response},
};

use domain::base::TraceParent;

use super::{
    answer::json_error,
    auth::is_own_origin,
    caller,
    house::House,
    protocol,
    request_id::RequestId,
    socket::{self, Visitor},
};

/// Whether the request wants a socket.
pub(super) fn is_upgrade(headers: &HeaderMap) -> bool {
    headers
        .get(UPGRADE)
        .is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"websocket"))
}

/// Gives the client a socket, or says why not.
pub(super) async fn upgrade(house: House, request_id: RequestId, request: Request) -> Response {
    let refuse = |status, code, message: &str| json_error(status, code, message, &request_id);
    if house.shutdown.draining.is_cancelled() {
        let mut response = refuse(
            StatusCode::SERVICE_UNAVAILABLE,
            "UNAVAILABLE",
            "The server is going down; connect again.",
        );
        response.headers_mut().insert(RETRY_AFTER, 1.into());
        return response;
    }
    let (mut parts, _) = request.into_parts();
    if !is_allowed_origin(&house, &parts.headers) {
        return refuse(
            StatusCode::FORBIDDEN,
            "FORBIDDEN",
            "Pages of this origin may not connect; FABRICA_ALLOWED_ORIGINS lists who may.",
        );
    }
    let address = caller::address(
        house.config.server.trusted_proxies,
        &parts.headers,
        &parts.extensions,
    );
    let ticket = match address {
        Some(address) => {
            let ticket = house
                .sockets_by_address
                .enter(address, house.limits.sockets_of_address);
            let Some(ticket) = ticket else {
                let mut response = refuse(
                    StatusCode::TOO_MANY_REQUESTS,
                    "RATE_LIMITED",
                    "Too many sockets from this address.",
                );
                response.headers_mut().insert(RETRY_AFTER, 10.into());
                return response;
            };
            Some(ticket)
        }
        None => None,
    };
    let upgrade = match WebSocketUpgrade::from_request_parts(&mut parts, &()).await {
        Ok(upgrade) => upgrade,
        Err(rejection) => return rejection.into_response(),
    };
    let visitor = Visitor {
        origin: caller::origin(&house, &parts.headers, &parts.extensions),
        request_id: request_id.0.clone(),
        trace: parts.extensions.get::<TraceParent>().copied(),
        address,
    };
    let tasks = house.shutdown.tasks.clone();
    let largest = house.config.limits.body;
    upgrade
        .protocols([protocol::NAME])
        .max_message_size(largest)
        .max_frame_size(largest)
        .max_write_buffer_size(1024 * 1024)
        .on_upgrade(move |socket| {
            tasks.track_future(async move {
                let _ticket = ticket;
                metrics::gauge!("ws_connections").increment(1);
                socket::serve(house, socket, visitor).await;
                metrics::gauge!("ws_connections").decrement(1);
            })
        })
}

/// Our own pages and those listed. Programs send no origin and may come: nothing is given to a socket for
/// a cookie's sake, so that no page can borrow somebody's rights.
fn is_allowed_origin(house: &House, headers: &HeaderMap) -> bool {
    let Some(origin) = headers.get(ORIGIN) else {
        return true;
    };
    let Ok(origin) = origin.to_str() else {
        return false;
    };
    let listed = &house.config.server.allowed_origins;
    is_own_origin(house, origin, headers) || listed.iter().any(|listed| listed == origin)
}
