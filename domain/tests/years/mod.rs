//! The long runs; `people` has who lives in them, `dice` what happens to them.

mod clocks;
mod dice;
mod killed;
mod model;
mod people;
