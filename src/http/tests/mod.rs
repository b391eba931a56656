//! The doors, with a small schema behind them.

mod connections;
mod document;
mod graphql;
mod kit;
mod limits;
mod panics;
mod pressure;
mod server;
mod socket;
mod sse;
mod talk;
