//! The addresses of the pages.

use axum::{Router, routing::get};

use super::{invoice, pay, result};
use crate::http::House;

/// The pages.
pub fn router(house: House) -> Router {
    Router::new()
        .route("/pay/continue.js", get(pay::script))
        .route("/pay/result/{token}", get(result::show))
        .route("/pay/{token}", get(pay::show))
        .route("/invoices/{token}", get(invoice::show))
        .with_state(house)
}
