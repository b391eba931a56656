//! What operators rely on: clear refusals to start, and logs without secrets.

mod backups;
mod documents;
mod figures;
mod going;
mod logs;
mod sealed;
mod starting;
mod traces;
mod verify;
