//! People and their sessions.

pub mod inputs;
pub mod loaders;
pub mod mutation;
pub mod payloads;
pub mod query;
pub mod types;

pub use mutation::UsersMutation;
pub use query::UsersQuery;
pub use types::User;
