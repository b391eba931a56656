//! What comes from the gateway: genuine, late, doubled, lost, wrong or forged.

mod crashes;
mod faults;
mod flood;
mod forgeries;
pub mod notice;
mod outages;
mod published;
