//! People and their sessions.

pub mod address_mutation;
pub mod inputs;
pub mod loaders;
pub mod mutation;
pub mod payloads;
pub mod query;
pub mod types;

pub use address_mutation::AddressMutation;
pub use mutation::UsersMutation;
pub use query::UsersQuery;
pub use types::User;
