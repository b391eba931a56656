//! Scenes by what they are about; `scene` has the words they share.

mod books;
mod buying;
mod card_contracts;
mod card_retries;
mod checkout;
mod codes;
mod deadlines;
mod filters;
mod janitor;
mod jobs;
mod keys;
// A release build has no points to be killed at.
#[cfg(debug_assertions)]
mod kills;
mod late_money;
mod missed_periods;
mod model;
mod notices;
mod outages;
mod outlooks;
mod pages;
mod pauses;
mod plan_changes;
mod promise;
mod races;
mod reconciling;
mod refund_rules;
mod refund_scene;
mod refunds;
mod refunds_at_random;
mod renewals;
mod replicas;
mod scene;
mod stuck;
mod test_clocks;
mod trials;
mod verify;
mod visibility;
