//! The doors, with a small schema behind them.

mod document;
mod graphql;
mod kit;
mod limits;
mod server;
mod socket;
mod sse;
