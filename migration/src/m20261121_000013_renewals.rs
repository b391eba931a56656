//! Subscriptions that go on: what the clockwork needs to know of each, the orders of further periods, trials.

use sea_orm_migration::{prelude::*, schema::*};

use crate::constraints::{create_indexes, index, reference, unique};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in subscription_columns() {
            add(manager, "subscriptions", column).await?;
        }
        add(
            manager,
            "plan_versions",
            integer("trial_days").default(0).to_owned(),
        )
        .await?;
        // What is running was paid for its present period alone, and is looked at when the clockwork next ticks.
        manager
            .get_connection()
            .execute_unprepared(
                "UPDATE subscriptions SET paid_until_at = current_period_end, due_at = current_period_start \
                 WHERE status IN ('ACTIVE', 'PAST_DUE', 'TRIALING')",
            )
            .await?;
        manager.create_table(renewals()).await?;
        manager.create_table(trials()).await?;
        create_indexes(
            manager,
            [
                index("subscriptions", &["due_at"]),
                unique("renewals", &["order_id"]),
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["trials", "renewals"] {
            let drop = Table::drop().table(table).to_owned();
            manager.drop_table(drop).await?;
        }
        let drop = Index::drop()
            .name("subscriptions_due_at_idx")
            .table("subscriptions")
            .to_owned();
        manager.drop_index(drop).await?;
        for column in subscription_columns() {
            remove(manager, "subscriptions", column.get_column_name()).await?;
        }
        remove(manager, "plan_versions", "trial_days".to_owned()).await
    }
}

async fn add(
    manager: &SchemaManager<'_>,
    table: &'static str,
    column: ColumnDef,
) -> Result<(), DbErr> {
    let alter = Table::alter().table(table).add_column(column).to_owned();
    manager.alter_table(alter).await
}

async fn remove(
    manager: &SchemaManager<'_>,
    table: &'static str,
    column: String,
) -> Result<(), DbErr> {
    let alter = Table::alter()
        .table(table)
        .drop_column(Alias::new(column))
        .to_owned();
    manager.alter_table(alter).await
}

fn subscription_columns() -> Vec<ColumnDef> {
    vec![
        integer("period_count").default(0).to_owned(),
        timestamp_with_time_zone_null("paid_until_at"),
        boolean("cancel_at_period_end").default(false).to_owned(),
        timestamp_with_time_zone_null("paused_at"),
        timestamp_with_time_zone_null("resume_at"),
        timestamp_with_time_zone_null("past_due_at"),
        integer("dunning_step").default(0).to_owned(),
        uuid_null("next_plan_version_id"),
        timestamp_with_time_zone_null("due_at"),
        integer("failures").default(0).to_owned(),
        text_null("last_error"),
    ]
}

/// Orders of further periods.
fn renewals() -> TableCreateStatement {
    Table::create()
        .table("renewals")
        .col(uuid("subscription_id"))
        .col(timestamp_with_time_zone("period_start"))
        .col(timestamp_with_time_zone("period_end"))
        .col(integer("period_count"))
        .col(uuid("plan_version_id"))
        .col(uuid("order_id"))
        .col(timestamp_with_time_zone_null("closed_at"))
        .col(timestamp_with_time_zone("created_at"))
        .primary_key(Index::create().col("subscription_id").col("period_start"))
        .foreign_key(&mut reference(
            "renewals",
            "subscription_id",
            "subscriptions",
        ))
        .foreign_key(&mut reference("renewals", "order_id", "orders"))
        .to_owned()
}

/// Trials that were given: one for each address and plan.
fn trials() -> TableCreateStatement {
    Table::create()
        .table("trials")
        .col(text("address_hash"))
        .col(uuid("plan_id"))
        .col(uuid("subscription_id"))
        .col(timestamp_with_time_zone("given_at"))
        .primary_key(Index::create().col("address_hash").col("plan_id"))
        .to_owned()
}
