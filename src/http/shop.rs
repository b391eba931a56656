//! The storefront at `/shop`: one page for all of its addresses, and its files.

use axum::{
    extract::Path,
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{ACCEPT_ENCODING, CONTENT_ENCODING, VARY},
    },
    response::{IntoResponse, Response},
};

use super::{
    accept,
    headers::SHOP_POLICY,
    playground::{self, FOR_EVER, Pages, file},
};

/// `/shop` and every address below it: the page reads its own address.
pub(super) async fn page(headers: HeaderMap) -> Response {
    playground::page("shop/index.html", SHOP_POLICY, &headers)
}

/// `/shop/assets/{name}`: compressed for whoever takes that, which the build has done before.
pub(super) async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let name = format!("shop/assets/{name}");
    let Some(plain) = Pages::get(&name) else {
        return (StatusCode::NOT_FOUND, "There is no such file.").into_response();
    };
    let encodings = [("br", "br"), ("gzip", "gz")].into_iter();
    let mut encodings =
        encodings.filter(|(encoding, _)| accept::takes(&headers, &ACCEPT_ENCODING, encoding));
    let smaller = encodings
        .find_map(|(encoding, ending)| Some((encoding, Pages::get(&format!("{name}.{ending}"))?)));
    let mut response = match smaller {
        Some((encoding, smaller)) => {
            let mut response = file(&name, smaller, FOR_EVER, SHOP_POLICY, &headers);
            let encoding = HeaderValue::from_static(encoding);
            response.headers_mut().insert(CONTENT_ENCODING, encoding);
            response
        }
        None => file(&name, plain, FOR_EVER, SHOP_POLICY, &headers),
    };
    let vary = HeaderValue::from_static("accept-encoding");
    response.headers_mut().insert(VARY, vary);
    response
}
