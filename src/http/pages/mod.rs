//! The few pages that a browser opens without a token: on the way to the gateway, back from it, and an invoice.

pub mod invoice;
pub mod pay;
pub mod problem;
pub mod result;
mod routes;
mod template;

pub use routes::router;
