//! The doors, with a small schema behind them.

mod document;
mod graphql;
mod kit;
mod server;
mod socket;
