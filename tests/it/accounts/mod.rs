//! Who may come in, and what they may see.

mod access;
pub mod forged_tokens;
mod log_in;
mod ownership;
mod sessions;
mod subscriptions;
