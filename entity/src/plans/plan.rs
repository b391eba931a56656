//! A plan.

use sea_orm::entity::prelude::*;

use crate::id::{PlanId, PlanVersionId};

/// A plan: what keeps its name while its terms change.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "plans")]
pub struct Model {
    /// The id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PlanId,
    /// Its name in links; unique, lower case.
    #[sea_orm(unique)]
    pub slug: String,
    /// Its name for people.
    pub name: String,
    /// What one gets, in a few sentences.
    pub description: String,
    /// The terms that new orders get. Points at a row of the same transaction, so the database does not check it.
    pub current_version_id: PlanVersionId,
    /// Whether it can be bought now.
    pub is_active: bool,
    /// Whether shops mark it as the popular choice.
    pub is_popular: bool,
    /// Its place in a list, small first.
    pub sort_order: i32,
    /// When it was taken off sale for good.
    pub archived_at: Option<DateTimeUtc>,
    /// Counts changes; 1 at first.
    pub version: i64,
    /// When it was made.
    pub created_at: DateTimeUtc,
    /// When it last changed.
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
