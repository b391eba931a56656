//! HTTP: the doors of the house. What stands here reads, bounds and answers; it decides nothing about the shop.

mod accept;
mod allowance;
mod answer;
mod arrival;
mod auth;
mod body;
pub mod callbacks;
pub mod caller;
mod envelope;
pub mod graphql;
mod guarded;
pub mod headers;
pub mod health;
mod house;
mod idempotency;
pub mod incoming;
mod limits;
mod metrics;
pub mod observe;
mod operation;
mod outcome;
mod pace;
pub mod pages;
mod playground;
mod protocol;
mod public;
mod record;
mod refused;
mod repeat;
pub mod request_id;
mod router;
pub mod serve;
mod shop;
pub mod simulator;
mod socket;
mod sse;
mod tally;
mod vigil;
mod websocket;
mod wire;

#[cfg(test)]
mod tests;

pub use answer::json_error;
pub use house::{Answers, House, Limits};
pub use router::router;
