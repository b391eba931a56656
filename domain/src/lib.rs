//! The rules of Fabrica: use cases, queries and the ports they need. No HTTP, no GraphQL, no gateway.
//!
//! Modules have floors: each imports from lower rows only. A test reads the `use` lines.

pub mod audit;
pub mod base;
pub mod flows;
pub mod invoices;
pub mod ledger;
pub mod notify;
pub mod orders;
pub mod payments;
pub mod plans;
pub mod ports;
pub mod refunds;
pub mod subscriptions;
pub mod test_clocks;
pub mod users;
pub mod verify;
