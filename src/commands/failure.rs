//! How a command says that it could not be done.

/// Why a command could not be done, for the person who typed it.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;
