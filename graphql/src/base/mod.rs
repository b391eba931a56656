//! What every room of the face shares.

pub mod access;
pub mod ask;
pub mod doorkeeper;
pub mod error;
pub mod idempotency;
pub mod ids;
pub(crate) mod kept;
pub mod moves;
pub mod page;
pub mod rate;
pub mod ruled;
pub mod scalars;
pub mod sight;

pub use ask::Ask;
pub use error::{UserError, UserErrorCode};
