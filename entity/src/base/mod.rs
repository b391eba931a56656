//! What every room shares: events, transitions, job runs, idempotency keys.

pub mod event;
pub mod idempotency_key;
pub mod job_run;
pub mod test_clock;
pub mod transition;
