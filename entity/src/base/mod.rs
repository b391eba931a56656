//! What every room shares: events, transitions, job runs, idempotency keys, trusted documents.

pub mod backup;
pub mod event;
pub mod idempotency_key;
pub mod job_run;
pub mod test_clock;
pub mod transition;
pub mod trusted_document;
pub mod trusted_document_id;
