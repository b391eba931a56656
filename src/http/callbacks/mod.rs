//! Where gateways post. No log-in, no limits by address, no cookies: a signature or nothing.

pub mod ecpay;
