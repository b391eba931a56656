//! One run of a scheduled job.

use sea_orm::entity::prelude::*;

/// One run of a scheduled job. The primary key is what lets one replica alone do a slot.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "job_runs")]
pub struct Model {
    /// Which job.
    #[sea_orm(primary_key, auto_increment = false)]
    pub job: String,
    /// For which slot of its schedule.
    #[sea_orm(primary_key, auto_increment = false)]
    pub slot_at: DateTimeUtc,
    /// When it began.
    pub started_at: DateTimeUtc,
    /// When it ended; `None` while it runs or when it was cut off.
    pub finished_at: Option<DateTimeUtc>,
    /// How many things it dealt with.
    pub handled: i64,
    /// What went wrong.
    pub error: Option<String>,
    /// How often the slot was taken; whoever holds an older number is not its owner any more.
    pub fence: i64,
    /// Until when it belongs to its owner; `None` for a run of a program that knew no leases.
    pub lease_until: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
