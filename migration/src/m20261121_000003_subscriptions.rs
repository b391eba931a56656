//! Subscriptions.

use sea_orm_migration::{prelude::*, schema::*};

use crate::constraints::{create_indexes, index, one_of, reference, unique};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(subscriptions()).await?;
        create_indexes(
            manager,
            [
                index("subscriptions", &["user_id"]),
                index("subscriptions", &["plan_id"]),
                index("subscriptions", &["plan_version_id"]),
                index("subscriptions", &["status", "current_period_end"]),
                one_live_subscription(),
            ],
        )
        .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("subscriptions").to_owned())
            .await?;
        Ok(())
    }
}

/// One live subscription for each person and plan; ended ones do not count.
fn one_live_subscription() -> IndexCreateStatement {
    unique("subscriptions", &["user_id", "plan_id"])
        .and_where(Expr::col("status").is_not_in(["CANCELLED", "EXPIRED"]))
        .to_owned()
}

/// Subscriptions.
fn subscriptions() -> TableCreateStatement {
    Table::create()
        .table("subscriptions")
        .col(pk_uuid("id"))
        .col(uuid("user_id"))
        .col(uuid("plan_id"))
        .col(uuid("plan_version_id"))
        .col(text("status"))
        .col(boolean("auto_renew"))
        .col(timestamp_with_time_zone_null("anchor_at"))
        .col(timestamp_with_time_zone_null("started_at"))
        .col(timestamp_with_time_zone_null("current_period_start"))
        .col(timestamp_with_time_zone_null("current_period_end"))
        .col(timestamp_with_time_zone_null("trial_end_at"))
        .col(timestamp_with_time_zone_null("cancelled_at"))
        .col(timestamp_with_time_zone_null("ended_at"))
        .col(big_integer("version"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("updated_at"))
        .foreign_key(&mut reference("subscriptions", "user_id", "users"))
        .foreign_key(&mut reference("subscriptions", "plan_id", "plans"))
        .foreign_key(&mut reference(
            "subscriptions",
            "plan_version_id",
            "plan_versions",
        ))
        .check(one_of(
            "subscriptions",
            "status",
            &[
                "PENDING",
                "TRIALING",
                "ACTIVE",
                "PAST_DUE",
                "PAUSED",
                "CANCELLED",
                "EXPIRED",
            ],
        ))
        .to_owned()
}
