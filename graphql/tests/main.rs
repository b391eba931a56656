//! The face as those see it who send documents. One program: each test that is a program of its own compiles the whole
//! schema once more.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking; clippy does not see that these functions are of tests"
)]

#[path = "../../domain/tests/kit/mod.rs"]
mod kit;
#[path = "../../domain/tests/flows/scene.rs"]
#[expect(
    dead_code,
    reason = "the words of another test, of which a few are spoken here"
)]
mod scene;

mod access;
#[path = "document/main.rs"]
mod document;
mod idempotency;
mod live;
mod nodes;
mod plan_cache;
mod plans;
mod rate;
mod sight;
mod style;
mod users;
