//! Fabrica's server: configuration, command line, wiring, HTTP, telemetry, shutdown.

pub mod again;
pub mod app;
pub mod cli;
pub mod commands;
pub mod config;
pub mod documents;
pub mod http;
pub mod jobs;
pub mod parts;
pub mod reference;
pub mod shutdown;
pub mod telemetry;
