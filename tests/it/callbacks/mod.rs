//! What comes from the gateway: genuine, late, doubled, lost, wrong or forged.

mod crashes;
mod faults;
mod forgeries;
mod notice;
mod published;
