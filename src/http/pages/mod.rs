//! The few pages that a browser opens without a token: on the way to the gateway, back from it, an invoice, a new
//! password, and in development the mails.

pub mod invoice;
pub mod mailbox;
pub mod pay;
pub mod problem;
pub mod reset;
pub mod result;
mod routes;
mod template;

pub use routes::{mailbox_router, router};
