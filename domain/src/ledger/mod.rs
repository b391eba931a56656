//! The books, in double entry. A journal is a set of transfers that each debit one account and credit another, so
//! that books out of balance cannot be written; each journal has a key and is booked once.

pub mod journal;
pub mod post;
pub mod query;

pub use journal::{Journal, Received, RefundTo};
pub use post::post;
