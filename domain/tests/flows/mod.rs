//! Scenes by what they are about; `scene` has the words they share.

mod checkout;
mod codes;
mod janitor;
mod keys;
mod model;
mod notices;
mod pages;
mod races;
mod scene;
mod visibility;
