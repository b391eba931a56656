//! What is sold, and the dated terms it is sold on.

use sea_orm_migration::{prelude::*, schema::*};

use crate::{
    append_only,
    constraints::{create_indexes, currency, not_negative, one_of, reference, unique},
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(plans()).await?;
        create_indexes(manager, [unique("plans", &["slug"])]).await?;
        manager.create_table(plan_versions()).await?;
        create_indexes(manager, [unique("plan_versions", &["plan_id", "number"])]).await?;
        append_only::guard(manager, "plan_versions").await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        append_only::drop_guarded(manager, "plan_versions").await?;
        manager
            .drop_table(Table::drop().table("plans").to_owned())
            .await?;
        Ok(())
    }
}

/// Plans. Their present terms are made in the same transaction, so that column is no foreign key.
fn plans() -> TableCreateStatement {
    Table::create()
        .table("plans")
        .col(pk_uuid("id"))
        .col(text("slug"))
        .col(text("name"))
        .col(text("description"))
        .col(uuid("current_version_id"))
        .col(boolean("is_active"))
        .col(boolean("is_popular"))
        .col(integer("sort_order"))
        .col(timestamp_with_time_zone_null("archived_at"))
        .col(big_integer("version"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("updated_at"))
        .to_owned()
}

/// The terms of plans.
fn plan_versions() -> TableCreateStatement {
    Table::create()
        .table("plan_versions")
        .col(pk_uuid("id"))
        .col(uuid("plan_id"))
        .col(integer("number"))
        .col(big_integer("price_minor"))
        .col(text("currency"))
        .col(text("billing_cycle"))
        .col(json_binary("features"))
        .col(integer_null("max_users"))
        .col(big_integer_null("max_storage_mb"))
        .col(timestamp_with_time_zone("created_at"))
        .foreign_key(&mut reference("plan_versions", "plan_id", "plans"))
        .check(not_negative("plan_versions", "price_minor"))
        .check(currency("plan_versions"))
        .check(one_of(
            "plan_versions",
            "billing_cycle",
            &["WEEKLY", "MONTHLY", "QUARTERLY", "YEARLY", "ONE_TIME"],
        ))
        .to_owned()
}
