//! The shop as its customers, its gateway and its operators meet it: the real program, over real HTTP and real
//! sockets, on both databases.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a failing step fails the test; clippy sees only `#[test]` functions as tests"
)]

mod accounts;
mod callbacks;
mod checkout;
mod corpus;
mod documents;
mod house;
mod kit;
mod live;
mod mails;
mod operation;
mod refunds;
mod replicas;
mod test_clocks;
