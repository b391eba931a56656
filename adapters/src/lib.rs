//! The outside world: gateways, mail, paper.

pub mod pdf;
