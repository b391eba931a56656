//! The outside world: gateways, mail, paper.

pub mod ecpay;
pub mod http;
pub mod pdf;
