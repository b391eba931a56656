//! The doors, with a small schema behind them.

mod graphql;
mod kit;
mod server;
mod socket;
mod sse;
