//! What must be true of every database, whatever happened to it: looked at in one snapshot, beside live traffic.
//! It reads every room and is read by none. The names I1 … I15 are those of the reliability catalogue.

mod balanced_books;
mod deeds;
mod gaps;
mod histories;
mod inbox;
mod invariant;
mod list;
mod log_ins;
mod money_back;
mod numbers;
mod periods;
mod run;
mod sealed;
mod secrets;
mod settled_once;
mod told;
mod watched;

pub use invariant::{Broken, Finding, Report};
pub use list::INVARIANTS;
pub use run::verify;
