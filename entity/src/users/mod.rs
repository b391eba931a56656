//! People, their sessions, and the codes that are sent to them.

pub mod log_in_failure;
pub mod mail_request;
pub mod one_time_code;
pub mod refresh_token;
pub mod session;
pub mod user;

pub use one_time_code::CodePurpose;
pub use user::{Locale, Role};
