//! The page behind the link of a forgotten password. The secret stands behind the `#` of the address, which no
//! browser sends: a script puts it into the form, and the form is posted here.

use axum::{
    Form,
    extract::State,
    http::{StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use domain::{
    base::{Actor, Error},
    users,
};
use minijinja::context;
use serde::Deserialize;

use super::{problem, template::render};
use crate::http::House;

/// Longer forms are not read.
pub const MOST_BYTES: usize = 4 * 1024;

/// What the form holds.
#[derive(Deserialize)]
pub struct NewPassword {
    token: String,
    password: String,
}

/// The page.
pub async fn show() -> Response {
    page(StatusCode::OK, "ask", None, "")
}

/// Takes the secret out of the address, and out of the history.
pub async fn script() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=3600"),
    ];
    (headers, include_str!("templates/reset.js")).into_response()
}

/// Sets the password.
pub async fn set(
    State(house): State<House>,
    parts: Parts,
    Form(form): Form<NewPassword>,
) -> Response {
    let op = house.op(Actor::Anonymous, "page", &parts);
    match users::reset_password(&op, &form.token, &form.password).await {
        Ok(()) => page(StatusCode::OK, "done", None, ""),
        Err(Error::Invalid { message, .. }) => page(
            StatusCode::UNPROCESSABLE_ENTITY,
            "ask",
            Some(&message),
            &form.token,
        ),
        Err(Error::Refused { .. }) => page(StatusCode::NOT_FOUND, "over", None, ""),
        Err(error) => problem::of(&error),
    }
}

fn page(status: StatusCode, view: &str, wrong: Option<&str>, token: &str) -> Response {
    let values = context! { view, wrong, token };
    render(status, "reset.html", values, Some("'self'"))
}
