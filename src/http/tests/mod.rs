//! The doors, with a small schema behind them.

mod auth;
mod connections;
mod cost;
mod document;
mod forgeries;
mod graphql;
pub(super) mod kit;
mod limits;
mod panics;
mod pressure;
mod repeats;
mod seen;
mod server;
mod socket;
mod socket_documents;
mod sse;
mod talk;
mod trusted;
