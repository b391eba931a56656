//! The GraphQL face: types, resolvers, loaders and guards. It asks `domain` and decides nothing itself.

pub mod audit;
pub mod base;
pub mod document;
pub mod invoices;
pub mod jobs;
pub mod ledger;
pub mod nodes;
pub mod notify;
pub mod orders;
pub mod payments;
pub mod plans;
pub mod reconciliation;
pub mod refunds;
pub mod roots;
pub mod subgraph;
pub mod subscriptions;
pub mod test_clocks;
pub mod users;

pub use roots::{Options, Schema, attach, build_schema, builder, sdl};
