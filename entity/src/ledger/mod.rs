//! The books: every amount that moved from one account to another.

pub mod ledger_transfer;

pub use ledger_transfer::{JournalKind, LedgerAccount};
