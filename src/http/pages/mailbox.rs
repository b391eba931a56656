//! The mails that were put into the folder, for developers.

use adapters::mail::{KeptMail, Mailbox};
use axum::{
    extract::{Path, State},
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use entity::id::DeliveryId;
use minijinja::context;

use super::{
    problem::{self, Problem},
    template::render,
};
use crate::{http::House, parts};

/// What a mail's HTML may do: nothing but look as it does. It is a page of its own, in a closed frame.
const MAIL_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; \
     frame-ancestors 'self'; base-uri 'none'; form-action 'none'; \
     sandbox allow-popups allow-popups-to-escape-sandbox";

/// What the page around it may do.
const PAGE_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; \
     frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// The newest mails.
pub async fn list(State(house): State<House>) -> Response {
    let mailbox = mailbox(&house);
    let listed = tokio::task::spawn_blocking(move || mailbox.list()).await;
    let mails = match listed {
        Ok(Ok(mails)) => mails,
        Ok(Err(error)) => return unreadable(&error),
        Err(error) => return unreadable(&error),
    };
    let mails: Vec<_> = mails
        .into_iter()
        .map(|mail| {
            context! {
                id => mail.id.to_string(), subject => mail.subject, to => mail.to, date => mail.date,
            }
        })
        .collect();
    let folder = parts::mail_folder(&house.config).display().to_string();
    render(
        StatusCode::OK,
        "mailbox.html",
        context! { mails, folder, refresh => 5 },
        None,
    )
}

/// One mail.
pub async fn show(State(house): State<House>, Path(id): Path<String>) -> Response {
    let Some(mail) = open(&house, &id).await else {
        return nothing();
    };
    let files: Vec<_> = mail
        .parts
        .iter()
        .map(|file| {
            context! { name => &file.name, kind => &file.content_type, size => file.bytes.len() }
        })
        .collect();
    let values = context! {
        id,
        subject => mail.kept.subject,
        to => mail.kept.to,
        from => mail.from,
        date => mail.kept.date,
        message_id => mail.message_id,
        text => mail.text,
        files,
    };
    let mut response = render(StatusCode::OK, "mail.html", values, None);
    response.headers_mut().insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(PAGE_POLICY),
    );
    response
}

/// The HTML of a mail, for the frame.
pub async fn html(State(house): State<House>, Path(id): Path<String>) -> Response {
    let Some(mail) = open(&house, &id).await else {
        return nothing();
    };
    // Links open beside the mailbox, not inside the frame.
    let html = mail
        .html
        .replacen("<head>", "<head><base target=\"_blank\">", 1);
    let headers = [(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(MAIL_POLICY),
    )];
    (headers, Html(html)).into_response()
}

/// A file that came with a mail, to be kept.
pub async fn file(
    State(house): State<House>,
    Path((id, number)): Path<(String, usize)>,
) -> Response {
    let Some(mail) = open(&house, &id).await else {
        return nothing();
    };
    let Some(file) = mail.parts.into_iter().nth(number) else {
        return nothing();
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let name: String = file.name.chars().filter(|c| plain(*c)).collect();
    let disposition = HeaderValue::try_from(format!("attachment; filename=\"{name}\""));
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::try_from(file.content_type)
                .unwrap_or(HeaderValue::from_static("application/octet-stream")),
        ),
        (
            header::CONTENT_DISPOSITION,
            disposition.unwrap_or(HeaderValue::from_static("attachment")),
        ),
    ];
    (headers, file.bytes).into_response()
}

fn mailbox(house: &House) -> Mailbox {
    Mailbox::new(parts::mail_folder(&house.config))
}

async fn open(house: &House, id: &str) -> Option<KeptMail> {
    let id: DeliveryId = id.parse().ok()?;
    let mailbox = mailbox(house);
    tokio::task::spawn_blocking(move || mailbox.open(id))
        .await
        .ok()
        .flatten()
}

fn nothing() -> Response {
    problem::page(StatusCode::NOT_FOUND, Problem::Link)
}

fn unreadable(error: &dyn std::error::Error) -> Response {
    tracing::error!(%error, "the mail folder cannot be read");
    problem::page(StatusCode::INTERNAL_SERVER_ERROR, Problem::Ours)
}
