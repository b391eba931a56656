//! The addresses of the pages.

use axum::{Router, extract::DefaultBodyLimit, routing::get};

use super::{invoice, mailbox, pay, reset, result};
use crate::{
    config::{Config, Profile},
    http::House,
};

/// The pages.
pub fn router(house: House) -> Router {
    Router::new()
        .route("/pay/continue.js", get(pay::script))
        .route("/pay/result/{token}", get(result::show))
        .route("/pay/{token}", get(pay::show))
        .route("/invoices/{token}", get(invoice::show))
        .route(
            "/reset-password",
            get(reset::show)
                .post(reset::set)
                .layer(DefaultBodyLimit::max(reset::MOST_BYTES)),
        )
        .route("/reset-password/form.js", get(reset::script))
        .with_state(house)
}

/// The mails that no server took, for developers. Nothing in production, nor where mails really go out.
pub fn mailbox_router(house: House) -> Router {
    if !is_open(&house.config) {
        return Router::new();
    }
    Router::new()
        .route("/dev/mailbox", get(mailbox::list))
        .route("/dev/mailbox/{id}", get(mailbox::show))
        .route("/dev/mailbox/{id}/html", get(mailbox::html))
        .route("/dev/mailbox/{id}/files/{number}", get(mailbox::file))
        .with_state(house)
}

fn is_open(config: &Config) -> bool {
    config.profile != Profile::Production && config.mail.smtp_url.is_none()
}
