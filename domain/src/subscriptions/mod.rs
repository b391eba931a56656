//! Subscriptions: their states, their calendar, and the steps that others join.

pub mod activate;
pub mod calendar;
pub mod end;
pub mod events;
pub mod extend;
pub mod outlook;
pub mod period;
pub mod proration;
pub mod query;
pub mod schedule;
pub mod start;
pub mod state;
pub mod trial;
pub mod update_status;

pub use activate::activate;
pub use end::end_period;
pub use extend::extend;
pub use start::start;
pub use update_status::update_status;
