//! What reaches out of the house: gateways, tokens, mail, paper.

pub mod access_tokens;
mod code39;
pub mod ecpay;
pub mod http;
pub mod mail;
pub mod pdf;
pub mod redis;
pub mod simulator;
