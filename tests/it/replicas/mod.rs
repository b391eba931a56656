//! What many processes on one database, and a database that fails, must not show.

mod clocks;
mod outages;
mod plans;
mod reading;
mod through_redis;
mod upgrades;
