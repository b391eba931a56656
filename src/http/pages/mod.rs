//! The few pages that a browser opens without a token: on the way to the gateway, back from it, and an invoice.

pub mod invoice;
pub mod pay;
pub mod problem;
pub mod result;
mod template;

use axum::{Router, routing::get};

use super::House;

/// The pages.
pub fn router(house: House) -> Router {
    Router::new()
        .route("/pay/continue.js", get(pay::script))
        .route("/pay/result/{token}", get(result::show))
        .route("/pay/{token}", get(pay::show))
        .route("/invoices/{token}", get(invoice::show))
        .with_state(house)
}
