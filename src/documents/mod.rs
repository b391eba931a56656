//! Trusted documents: the manifests they come in, and the store that requests find them in by their ids.

mod manifest;
mod store;

pub use manifest::{Entry, LONGEST_ID, Malformed, read};
pub use store::Store;

#[cfg(test)]
mod tests;
