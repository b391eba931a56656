//! Scenes by what they are about; `scene` has the words they share.

mod buying;
mod checkout;
mod codes;
mod deadlines;
mod filters;
mod janitor;
mod keys;
mod late_money;
mod model;
mod notices;
mod outages;
mod pages;
mod pauses;
mod plan_changes;
mod promise;
mod races;
mod renewals;
mod replicas;
mod scene;
mod trials;
mod visibility;
