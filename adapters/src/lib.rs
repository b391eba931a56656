//! What reaches out of the house: gateways, tokens, mail, paper.

pub mod access_tokens;
pub mod ecpay;
pub mod http;
pub mod pdf;
pub mod simulator;
