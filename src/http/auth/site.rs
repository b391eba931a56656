//! Whether a request comes from a page of this server.

use axum::http::{
    HeaderMap, HeaderName,
    header::{HOST, ORIGIN},
};

use crate::{config::Profile, http::house::House};

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Whether an origin is this server's own.
pub(in crate::http) fn is_own_origin(house: &House, origin: &str, headers: &HeaderMap) -> bool {
    // On a developer's machine the same server goes by several names. An origin may also be `null`, which is nobody's.
    let host = origin.split_once("://").map(|(_, host)| host.as_bytes());
    let same_host = house.config.profile == Profile::Development
        && host.is_some()
        && host == headers.get(HOST).map(|host| host.as_bytes());
    same_host || origin == house.config.server.public_url
}

/// Whether no page of another site can have sent this. A browser says where a POST comes from; what says nothing is
/// a program, which brings no cookies of somebody else.
pub(super) fn is_ours(house: &House, headers: &HeaderMap) -> bool {
    let site = headers.get(FETCH_SITE).map(|site| site.as_bytes());
    let same_site = site.is_none_or(|site| site == b"same-origin");
    let origin = headers.get(ORIGIN);
    let own_origin = origin.is_none_or(|origin| {
        let origin = origin.to_str();
        origin.is_ok_and(|origin| is_own_origin(house, origin, headers))
    });
    same_site && own_origin
}
