//! The clockwork: what runs by itself, and when. Every replica ticks; a row in the database decides who works.
//! The list of jobs is `domain::base::jobs`, where staff can be shown it.

mod look;
mod run;
mod running;
mod watch;
mod work;

pub use run::{Jobs, start};
