//! The clockwork: what runs by itself, and when. Every replica ticks; a row in the database decides who works.

mod run;
mod schedule;

pub use run::{Jobs, start};
pub use schedule::{JOBS, Job};
