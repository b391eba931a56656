//! The way of a document, over HTTP and over a socket alike: bytes, tokens and nesting in one pass, parse,
//! bounds, cost, validation; then the library runs it. A document that was seen before costs a look-up.

mod bounds;
mod cache;
mod cost;
mod extent;
mod limits;
mod prepare;
mod refusal;
mod scan;
mod validator;

pub use limits::Limits;
pub use prepare::{Documents, Operation};
pub use refusal::{MOST_ERRORS, cut, refusal};
