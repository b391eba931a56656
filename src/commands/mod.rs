//! One file for each command.

pub mod backup;
pub mod create_admin;
pub mod doctor;
pub mod documents;
mod failure;
pub mod healthcheck;
pub mod migrate;
mod postgres_programs;
pub mod reconcile;
pub mod restore;
pub mod schema;
pub mod seed;
pub mod seed_plans;
pub mod serve;
pub mod simulator;
pub mod verify;

pub use failure::Failure;
