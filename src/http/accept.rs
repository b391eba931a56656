//! What the headers that begin with `Accept` ask for.

use std::cmp::Reverse;

use axum::http::{HeaderMap, HeaderName, HeaderValue, header::ACCEPT};

const JSON: &str = "application/json";
const GRAPHQL_RESPONSE: &str = "application/graphql-response+json";

/// The types that a GraphQL answer can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaType {
    /// `application/graphql-response+json`: the status tells whether the request was good.
    GraphqlResponse,
    /// `application/json`: the older way, where a bad request is answered with 200.
    Json,
}

impl MediaType {
    /// The value of `Content-Type`.
    #[must_use]
    pub const fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
        })
    }
}

/// The type of an event stream.
pub const EVENT_STREAM: &str = "text/event-stream";

/// Whether answers may come as server-sent events. Only who names that type understands them.
#[must_use]
pub fn takes_events(headers: &HeaderMap) -> bool {
    takes(headers, &ACCEPT, EVENT_STREAM)
}

/// Whether this header names `wanted` and does not refuse it.
pub(super) fn takes(headers: &HeaderMap, header: &HeaderName, wanted: &str) -> bool {
    ranges(headers, header).any(|range| {
        let mut parts = range.split(';').map(str::trim);
        let named = parts.next().unwrap_or_default();
        let refused = parts
            .filter_map(|part| part.split_once('='))
            .any(|(name, value)| {
                name.trim().eq_ignore_ascii_case("q") && thousandths(value.trim()) == Some(0)
            });
        named.eq_ignore_ascii_case(wanted) && !refused
    })
}

fn ranges<'h>(headers: &'h HeaderMap, header: &HeaderName) -> impl Iterator<Item = &'h str> {
    headers
        .get_all(header)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .filter(|range| !range.is_empty())
}

/// The type asked for, of an answer in one piece; nothing when we have none of those.
#[must_use]
pub fn negotiate(headers: &HeaderMap) -> Option<MediaType> {
    let ranges: Vec<_> = ranges(headers, &ACCEPT).collect();
    if ranges.is_empty() {
        return Some(MediaType::Json);
    }
    let read = ranges.into_iter().filter_map(read_range).enumerate();
    let read: Vec<_> = read.collect();
    // What says a type more exactly goes before what says it more broadly; of equals the first wins.
    let wish = |names: &[&str]| {
        let by_name = |name: &&str| read.iter().find(|(_, (named, _))| named == *name);
        let (place, (_, quality)) = names.iter().find_map(by_name)?;
        Some((*quality, Reverse(*place)))
    };
    let json = wish(&[JSON, "application/*", "*/*"]);
    // A range is JSON, as old clients expect it, unless JSON is refused.
    let response = match json {
        Some((0, _)) => wish(&[GRAPHQL_RESPONSE, "application/*", "*/*"]),
        _ => wish(&[GRAPHQL_RESPONSE]),
    };
    let wishes = [
        (json, MediaType::Json),
        (response, MediaType::GraphqlResponse),
    ];
    let accepted = wishes
        .into_iter()
        .filter(|(wish, _)| wish.is_some_and(|(quality, _)| quality > 0));
    let best = accepted.max_by_key(|(wish, _)| *wish);
    best.map(|(_, media_type)| media_type)
}

/// The name in lower case, and its quality in thousandths.
fn read_range(range: &str) -> Option<(String, u32)> {
    let mut parts = range.split(';').map(str::trim);
    let name = parts.next()?.to_ascii_lowercase();
    let mut quality = 1000;
    for parameter in parts {
        let (name, value) = parameter.split_once('=')?;
        match name.trim().to_ascii_lowercase().as_str() {
            "q" => quality = thousandths(value.trim())?,
            "charset" if !value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8") => {
                return None;
            }
            _ => {}
        }
    }
    Some((name, quality))
}

/// `0.8` as 800: a quality has at most three digits after the point.
fn thousandths(text: &str) -> Option<u32> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let whole: u32 = whole.parse().ok()?;
    let fraction: u32 = format!("{fraction:0<3}").get(..3)?.parse().ok()?;
    Some((whole * 1000 + fraction).min(1000))
}

#[cfg(test)]
mod tests {
    use super::*;
    use MediaType::{GraphqlResponse, Json};
    use axum::http::header::ACCEPT_ENCODING;

    #[test]
    fn the_best_quality_wins_and_of_equals_the_first() {
        for (accept, expected) in [
            ("", Some(Json)),
            ("*/*", Some(Json)),
            ("application/json", Some(Json)),
            ("application/graphql-response+json", Some(GraphqlResponse)),
            (
                "application/graphql-response+json, application/json",
                Some(GraphqlResponse),
            ),
            (
                "application/json, application/graphql-response+json",
                Some(Json),
            ),
            (
                "application/json;q=0.9, application/graphql-response+json",
                Some(GraphqlResponse),
            ),
            (
                "application/graphql-response+json;q=0.5, application/json;q=0.51",
                Some(Json),
            ),
            (
                "application/graphql-response+json, */*;q=0.1",
                Some(GraphqlResponse),
            ),
            (
                "application/graphql-response+json; charset=utf-8",
                Some(GraphqlResponse),
            ),
            ("application/json; charset=utf-16", None),
            ("application/json;q=0", None),
            ("text/html", None),
            ("text/html, */*;q=0.8", Some(Json)),
            ("TEXT/HTML, APPLICATION/JSON", Some(Json)),
            ("application/json;q=0, */*", Some(GraphqlResponse)),
            ("*/*, application/json;q=0", Some(GraphqlResponse)),
            ("*/*;q=0, application/json", Some(Json)),
            ("application/*;q=0, */*", None),
            (
                "application/json;q=0.2, application/*, application/graphql-response+json;q=0.5",
                Some(GraphqlResponse),
            ),
        ] {
            let mut headers = HeaderMap::new();
            if !accept.is_empty() {
                headers.insert(ACCEPT, accept.parse().unwrap());
            }
            assert_eq!(negotiate(&headers), expected, "{accept}");
        }
    }

    #[test]
    fn events_are_for_those_who_name_them() {
        for (accept, expected) in [
            ("", false),
            ("*/*", false),
            ("text/*", false),
            ("application/json", false),
            ("text/event-stream", true),
            ("Text/Event-Stream; charset=utf-8", true),
            ("application/json, text/event-stream;q=0.1", true),
            ("text/event-stream;q=0.0", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT, accept.parse().unwrap());
            assert_eq!(takes_events(&headers), expected, "{accept}");
        }
    }

    #[test]
    fn an_encoding_is_used_when_it_is_named_and_not_refused() {
        for (asked, taken) in [
            ("br", true),
            ("gzip, deflate, br;q=0.5", true),
            ("gzip", false),
            ("br;q=0, gzip", false),
            ("*", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_ENCODING, asked.parse().unwrap());
            assert_eq!(takes(&headers, &ACCEPT_ENCODING, "br"), taken, "{asked}");
        }
    }
}
