//! The doors that speak HTTP.

pub mod simulator;
