//! Three real servers behind a real proxy on one PostgreSQL and Redis (`scripts/cluster.sh`), everything that can go
//! wrong at once, and the books looked at afterwards.
//!
//! `make test` runs a small form. `make chaos` runs the long one: `CHAOS_ORDERS` paid orders, `CHAOS_SOCKETS` sockets;
//! `CHAOS_SEED` repeats a run. `test-artefacts/chaos-report.md` says what was done and found.

mod cluster;
mod dice;
mod orders;
mod report;
mod rolling;
mod shopper;
mod storm;
mod watcher;

/// A number that the environment may give.
fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |given| given.parse().unwrap())
}
