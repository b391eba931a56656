//! One file for each command.

pub mod create_admin;
pub mod doctor;
pub mod migrate;
pub mod schema;
pub mod seed;
pub mod seed_plans;
pub mod serve;
pub mod simulator;

/// Why a command could not be done, for the person who typed it.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;
