//! From wanting something to having it.

mod by_card;
mod by_code;
mod by_periodic_card;
mod documents;
mod plan_changes;
mod repeats;
