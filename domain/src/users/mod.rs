//! People, their log-ins, and who may see them.
//!
//! A log-in is a session: a family of refresh tokens that ends as a whole. Access tokens are short-lived and
//! checked against the session and the person at every request, so that a log-out or a new role holds at once.
//! Passwords are hashed outside transactions, in a bounded room of their own.

mod account;
mod admins;
mod attempts;
pub mod authenticate;
pub mod change_password;
pub mod clean_sessions;
pub mod codes;
pub mod create_admin;
pub mod create_user;
pub mod deactivate_user;
pub mod erase_user;
pub mod events;
mod fields;
pub mod log_in;
pub mod log_out;
mod mail_requests;
mod password;
pub mod query;
pub mod refresh;
pub mod register;
pub mod reset_password;
mod sessions;
mod tokens;
pub mod update_profile;
pub mod update_user;
pub mod verify_email;

pub use account::NewUser;
pub use authenticate::{authenticate, recognise};
pub use change_password::change_password;
pub use clean_sessions::clean_sessions;
pub use create_admin::create_admin;
pub use create_user::create_user;
pub use deactivate_user::deactivate_user;
pub use erase_user::erase_user;
pub use log_in::{Credentials, log_in};
pub use log_out::{log_out, log_out_elsewhere, log_out_everywhere};
pub use refresh::refresh;
pub use register::register;
pub use reset_password::{request_password_reset, reset_password};
pub use sessions::{EndReason, LoggedIn, SessionTokens};
pub use update_profile::{ProfileChanges, update_profile};
pub use update_user::{UserChanges, update_user};
pub use verify_email::{request_email_code, verify_email};
