//! What operators rely on: clear refusals to start, and logs without secrets.

mod backups;
mod documents;
mod logs;
mod starting;
