//! What reaches out of the house: gateways, mail, paper.

pub mod ecpay;
pub mod http;
