//! The playground's pages, built into the program by `make run`. Without them the API works all the same.

use axum::{
    extract::Path,
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH},
    },
    response::{IntoResponse, Response},
};
use rust_embed::{EmbeddedFile, RustEmbed};

use super::headers::PLAYGROUND_POLICY;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/playground/dist"]
pub(super) struct Pages;

const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Fabrica</title>\
    <h1>Fabrica is running</h1>\
    <p>The API answers at <code>/graphql</code>, its schema is at <a href=\"/schema.graphql\">/schema.graphql</a>.</p>\
    <p>The playground is not built into this program. With Node at hand, <code>make run</code> builds it and \
    starts again; or run <code>npm ci &amp;&amp; npm run build</code> in <code>playground/</code>, then \
    <code>cargo run</code>.</p></html>";

/// For files whose names change with their content.
pub(super) const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// `/`.
pub(super) async fn index(headers: HeaderMap) -> Response {
    page("index.html", PLAYGROUND_POLICY, &headers)
}

/// A page, or what to do where the pages were not built.
pub(super) fn page(name: &str, policy: &'static str, headers: &HeaderMap) -> Response {
    match Pages::get(name) {
        // Asked for anew each time: it names the files that belong together.
        Some(page) => file(name, page, "no-cache", policy, headers),
        None => {
            let kind = HeaderValue::from_static("text/html; charset=utf-8");
            ([(CONTENT_TYPE, kind)], NOT_BUILT).into_response()
        }
    }
}

/// `/assets/{name}`.
pub(super) async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let name = format!("assets/{name}");
    match Pages::get(&name) {
        Some(asset) => file(&name, asset, FOR_EVER, PLAYGROUND_POLICY, &headers),
        None => (StatusCode::NOT_FOUND, "There is no such file.").into_response(),
    }
}

pub(super) fn file(
    name: &str,
    file: EmbeddedFile,
    cache: &'static str,
    policy: &'static str,
    asked: &HeaderMap,
) -> Response {
    let tag = format!("\"{}\"", hex::encode(file.metadata.sha256_hash()));
    let mut response = match asked.get(IF_NONE_MATCH) {
        Some(known) if known.as_bytes() == tag.as_bytes() => {
            StatusCode::NOT_MODIFIED.into_response()
        }
        _ => file.data.into_owned().into_response(),
    };
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type(name)));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(ETAG, tag);
    }
    response
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json" | "map") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("ttf") => "font/ttf",
        Some("woff2") => "font/woff2",
        Some("wasm") => "application/wasm",
        _ => "application/octet-stream",
    }
}
