//! The tables of Fabrica: one file for each, with typed ids, status enums and [`money::Money`].
//!
//! This crate says what a row *is*. What may be done with it is said in `domain`.

pub mod audit;
pub mod base;
pub mod id;
pub mod invoices;
pub mod ledger;
pub mod money;
pub mod notify;
pub mod orders;
pub mod payments;
pub mod plans;
pub mod reconciliation;
pub mod refunds;
pub mod subscriptions;
pub mod users;
