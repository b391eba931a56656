//! What every room stands on: who asks, when, in which transaction, and what happened.

pub mod actor;
pub mod apart;
pub mod backups;
pub mod clock;
pub mod database;
pub mod entropy;
pub mod error;
pub mod event;
pub mod fault;
pub mod hub;
pub mod idempotency;
pub mod job_request;
pub mod job_run;
pub mod jobs;
pub mod links;
pub mod mac;
pub mod op;
mod outbox;
pub mod page;
pub mod policy;
pub mod replica;
pub mod timeline;
pub mod trace;
pub mod transition;
mod trouble;
pub mod trusted_documents;
pub mod tx;
pub mod validate;

pub use actor::{Access, Actor};
pub use apart::apart;
pub use error::{Code, Error, Result};
pub use event::{Event, Topic};
pub use op::{App, Op, Origin};
pub use timeline::Timeline;
pub use trace::TraceParent;
pub use tx::Tx;
