//! The doors, with a small schema behind them.

mod cost;
mod document;
mod graphql;
mod kit;
mod limits;
mod server;
mod socket;
mod socket_documents;
mod sse;
mod trusted;
