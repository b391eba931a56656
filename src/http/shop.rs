//! The storefront at `/shop`: one page for all of its addresses, and its files.

use axum::{
    extract::Path,
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, VARY},
    },
    response::{IntoResponse, Response},
};

use super::{
    headers::SHOP_POLICY,
    playground::{FOR_EVER, NOT_BUILT, Pages, file},
};

/// `/shop` and every address below it: the page reads its own address.
pub(super) async fn page(headers: HeaderMap) -> Response {
    match Pages::get("shop/index.html") {
        // Asked for anew each time: it names the files that belong together.
        Some(page) => file("index.html", page, "no-cache", SHOP_POLICY, &headers),
        None => {
            let kind = HeaderValue::from_static("text/html; charset=utf-8");
            ([(CONTENT_TYPE, kind)], NOT_BUILT).into_response()
        }
    }
}

/// `/shop/assets/{name}`: compressed for whoever takes that, which the build has done before.
pub(super) async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let name = format!("shop/assets/{name}");
    let Some(plain) = Pages::get(&name) else {
        return (StatusCode::NOT_FOUND, "There is no such file.").into_response();
    };
    let encodings = [("br", "br"), ("gzip", "gz")].into_iter();
    let mut encodings = encodings.filter(|(encoding, _)| takes(&headers, encoding));
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

/// Whether the client names an encoding and does not refuse it.
fn takes(headers: &HeaderMap, encoding: &str) -> bool {
    let named = headers.get_all(ACCEPT_ENCODING).iter();
    let named = named.filter_map(|value| value.to_str().ok());
    let mut named = named.flat_map(|value| value.split(','));
    named.any(|each| {
        let (name, weight) = each.split_once(';').unwrap_or((each, ""));
        let weight = weight.trim().trim_start_matches("q=");
        let is_refused = !weight.is_empty() && weight.parse() == Ok(0.0_f32);
        name.trim().eq_ignore_ascii_case(encoding) && !is_refused
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_encoding_is_used_when_it_is_named_and_not_refused() {
        let mut headers = HeaderMap::new();
        for (asked, taken) in [
            ("br", true),
            ("gzip, deflate, br;q=0.5", true),
            ("gzip", false),
            ("br;q=0, gzip", false),
            ("*", false),
        ] {
            headers.insert(ACCEPT_ENCODING, asked.parse().unwrap());
            assert_eq!(takes(&headers, "br"), taken, "{asked}");
        }
    }
}
