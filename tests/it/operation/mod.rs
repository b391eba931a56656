//! What operators rely on: clear refusals to start, and logs without secrets.

mod documents;
mod figures;
mod logs;
mod starting;
mod traces;
