//! People and their sessions.

pub mod log_in_failure;
pub mod refresh_token;
pub mod session;
pub mod user;

pub use user::Role;
