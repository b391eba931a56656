//! One question to ECPay over HTTP: a signed form out, a bounded text back.

use domain::{
    base::{fault, trace},
    ports::gateway::Unanswered,
};
use tracing::Instrument;

use super::{check_mac, settings::EcpaySettings};

/// Longer answers are not read.
const MOST_BYTES: usize = 64 * 1024;

/// Signs the fields, posts them to a path of ECPay, and reads the answer.
///
/// # Errors
/// [`Unanswered`] for anything but a text of a decent length with status 200.
pub async fn ask(
    client: &reqwest::Client,
    settings: &EcpaySettings,
    path: &str,
    fields: Vec<(String, String)>,
) -> Result<String, Unanswered> {
    let span = tracing::info_span!(
        target: trace::TARGET, "call", otel.name = format!("POST {path}"), otel.kind = "client",
        http.request.method = "POST", url.path = path, outcome = tracing::field::Empty,
    );
    let outcome = post(client, settings, path, fields)
        .instrument(span.clone())
        .await;
    span.record(
        "outcome",
        if outcome.is_ok() {
            "answered"
        } else {
            "unanswered"
        },
    );
    outcome
}

async fn post(
    client: &reqwest::Client,
    settings: &EcpaySettings,
    path: &str,
    mut fields: Vec<(String, String)>,
) -> Result<String, Unanswered> {
    let signature = check_mac::sign(&fields, &settings.hash_key, &settings.hash_iv);
    fields.push((check_mac::FIELD.to_owned(), signature));
    fault::point("call");
    let response = client
        .post(format!("{}{path}", settings.base_url))
        .form(&fields)
        .send()
        .await
        .map_err(|cause| Unanswered(reason(&cause)))?;
    if response.status() != reqwest::StatusCode::OK {
        return Err(Unanswered(format!("status {}", response.status().as_u16())));
    }
    let body = read_bounded(response).await?;
    fault::point("answered");
    String::from_utf8(body).map_err(|_| unanswered("the answer is not UTF-8"))
}

/// What went wrong, without the address: it may carry what a log must not.
fn reason(cause: &reqwest::Error) -> String {
    let kind = if cause.is_timeout() {
        "no answer in time"
    } else if cause.is_connect() {
        "no connection"
    } else {
        "the call broke off"
    };
    kind.to_owned()
}

async fn read_bounded(mut response: reqwest::Response) -> Result<Vec<u8>, Unanswered> {
    let mut body = Vec::new();
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|cause| Unanswered(reason(&cause)))?
    {
        if body.len() + chunk.len() > MOST_BYTES {
            return Err(unanswered("the answer is too long"));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// The fields of an answer of the form `a=1&b=2`; `None` when it is none, or names a field twice.
pub(super) fn parse(text: &str) -> Option<Vec<(String, String)>> {
    let mut fields: Vec<(String, String)> = Vec::new();
    for pair in text.trim_end_matches(['\r', '\n']).split('&') {
        let (name, value) = pair.split_once('=')?;
        if fields.len() == 100 || fields.iter().any(|(known, _)| known == name) {
            return None;
        }
        fields.push((name.to_owned(), value.to_owned()));
    }
    Some(fields)
}

pub(super) fn unanswered(reason: &str) -> Unanswered {
    Unanswered(reason.to_owned())
}
