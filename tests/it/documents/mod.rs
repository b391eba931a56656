//! What nobody should send: documents that ask for too much, bodies that are none, connections that hang.

mod bodies;
mod bombs;
mod connections;
mod refusals;
