//! What operators rely on: clear refusals to start, and logs without secrets.

mod logs;
mod starting;
