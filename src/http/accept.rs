//! Which of our types an `Accept` header asks for.

use axum::http::{HeaderMap, HeaderValue, header::ACCEPT};

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
    ranges(headers).any(|range| {
        let mut parts = range.split(';').map(str::trim);
        let named = parts.next().unwrap_or_default();
        let refused = parts
            .filter_map(|part| part.split_once('='))
            .any(|(name, value)| {
                name.trim().eq_ignore_ascii_case("q") && thousandths(value.trim()) == Some(0)
            });
        named.eq_ignore_ascii_case(EVENT_STREAM) && !refused
    })
}

fn ranges(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    headers
        .get_all(ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .filter(|range| !range.is_empty())
}

/// The type asked for, of an answer in one piece; nothing when we have none of those.
#[must_use]
pub fn negotiate(headers: &HeaderMap) -> Option<MediaType> {
    let mut ranges = ranges(headers).peekable();
    if ranges.peek().is_none() {
        return Some(MediaType::Json);
    }
    let mut best: Option<(u32, MediaType)> = None;
    for range in ranges {
        let Some((quality, media_type)) = read_range(range) else {
            continue;
        };
        // Of equals the first wins.
        if quality > 0 && best.is_none_or(|(highest, _)| quality > highest) {
            best = Some((quality, media_type));
        }
    }
    best.map(|(_, media_type)| media_type)
}

fn read_range(range: &str) -> Option<(u32, MediaType)> {
    let mut parts = range.split(';').map(str::trim);
    let media_type = match parts.next()?.to_ascii_lowercase().as_str() {
        "application/graphql-response+json" => MediaType::GraphqlResponse,
        "application/json" | "application/*" | "*/*" => MediaType::Json,
        _ => return None,
    };
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
    Some((quality, media_type))
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
}
