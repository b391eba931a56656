//! The audit trail. What was done is written with each commit (see `base::tx`); here is the rest: what was refused,
//! reading, and the chain of seals by which a line that was changed, removed or put in is found.

pub mod chain;
pub mod query;
pub mod refusal;
pub mod seal;

pub use chain::Head;
pub use query::{ActionFilter, AuditFilter};
pub use refusal::note_refusal;
pub use seal::seal;
