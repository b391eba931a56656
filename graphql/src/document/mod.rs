//! The way of a document, over HTTP and over a socket alike: bytes, tokens and nesting in one pass, parse,
//! bounds, cost, validation, the values of its variables; then the library runs it. A document that was seen before costs a look-up.

mod bounds;
mod cache;
mod coercion;
mod cost;
mod edition;
mod extent;
mod limits;
mod prepare;
mod refusal;
mod scan;
mod validator;
mod verdict;

pub use limits::Limits;
pub use prepare::{Documents, Operation};
pub use refusal::{cut, refusal};
pub use verdict::Verdict;
