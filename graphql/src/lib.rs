//! The GraphQL face: types, resolvers, loaders and guards. It asks `domain` and decides nothing itself.

pub mod base;
pub mod roots;

pub use roots::{Options, Schema, attach, build_schema, sdl};
