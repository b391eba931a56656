//! What every scenario needs: a running shop on a database of its own, and the people and programs who meet it.

pub mod browser;
pub mod client;
pub mod cluster;
pub mod collector;
pub mod customer;
pub mod database;
pub mod invariants;
pub mod live;
pub mod raw;
pub mod redis;
pub mod scenario;
pub mod server;
pub mod smtp;
pub mod templates;
pub mod wait;

pub use browser::Browser;
pub use live::Said;
pub(crate) use scenario::both_engines;
pub use scenario::{Engine, Shop, run, run_on};
