//! Changes of plan in the middle of a period: their orders, the lines that give money back, and the credit that is
//! kept for a subscription.

use sea_orm_migration::{prelude::*, schema::*};

use crate::{
    checks::replace_check,
    constraints::{create_indexes, not_negative, reference, unique},
};

#[derive(DeriveMigrationName)]
pub struct Migration;

/// What lines may be: the check, before and after.
const CHECKS: [(&str, &str, &str, &str); 6] = [
    (
        "order_lines",
        "order_lines_kind_check",
        r#""kind" IN ('SUBSCRIPTION_PERIOD', 'ONE_TIME_PLAN')"#,
        r#""kind" IN ('SUBSCRIPTION_PERIOD', 'ONE_TIME_PLAN', 'SUBSCRIPTION_CHANGE', 'UNUSED_TIME', 'CREDIT_KEPT', 'CREDIT_USED')"#,
    ),
    (
        "order_lines",
        "order_lines_amount_minor_check",
        r#""amount_minor" >= 0"#,
        // What is given back stands in lines of its own, and nowhere else.
        r#"("kind" = 'UNUSED_TIME' OR "kind" = 'CREDIT_USED') = ("amount_minor" < 0)"#,
    ),
    (
        "order_lines",
        "order_lines_unit_price_minor_check",
        r#""unit_price_minor" >= 0"#,
        r#"("unit_price_minor" < 0) = ("amount_minor" < 0)"#,
    ),
    (
        "invoice_lines",
        "invoice_lines_amount_minor_check",
        r#""amount_minor" >= 0"#,
        r#""amount_minor" = "quantity" * "unit_price_minor""#,
    ),
    (
        "invoice_lines",
        "invoice_lines_unit_price_minor_check",
        r#""unit_price_minor" >= 0"#,
        r#"("unit_price_minor" < 0) = ("amount_minor" < 0)"#,
    ),
    (
        "invoice_lines",
        "invoice_lines_tax_minor_check",
        r#""tax_minor" >= 0"#,
        r#""tax_minor" = 0 OR ("tax_minor" < 0) = ("amount_minor" < 0)"#,
    ),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, name, _, after) in CHECKS {
            replace_check(manager, table, name, after).await?;
        }
        add(manager, "subscriptions", credit()).await?;
        let flag = boolean("is_plan_change").default(false).to_owned();
        add(manager, "invoices", flag).await?;
        drop_period_key(manager).await?;
        manager.create_table(plan_changes()).await?;
        let indexes = [
            one_invoice_for_a_period(),
            one_open_change(),
            unique("plan_changes", &["subscription_id", "position"]),
        ];
        create_indexes(manager, indexes).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let drop = Table::drop().table("plan_changes").to_owned();
        manager.drop_table(drop).await?;
        drop_period_key(manager).await?;
        let whole = unique("invoices", &["subscription_id", "period_start"]);
        manager.create_index(whole).await?;
        remove(manager, "invoices", "is_plan_change").await?;
        remove(manager, "subscriptions", "credit_minor").await?;
        for (table, name, before, _) in CHECKS {
            replace_check(manager, table, name, before).await?;
        }
        Ok(())
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
    column: &'static str,
) -> Result<(), DbErr> {
    let alter = Table::alter().table(table).drop_column(column).to_owned();
    manager.alter_table(alter).await
}

async fn drop_period_key(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let drop = Index::drop()
        .name("invoices_subscription_id_period_start_key")
        .table("invoices")
        .to_owned();
    manager.drop_index(drop).await
}

/// What is kept for the next orders of a subscription; never less than nothing.
fn credit() -> ColumnDef {
    big_integer("credit_minor")
        .default(0)
        .check(Expr::col("credit_minor").gte(0))
        .to_owned()
}

/// A period is invoiced once. A change of plan within it has an invoice too, and may be made at its very first second.
fn one_invoice_for_a_period() -> IndexCreateStatement {
    unique("invoices", &["subscription_id", "period_start"])
        .and_where(Expr::col("is_plan_change").eq(false))
        .to_owned()
}

/// One change of a subscription waits to be paid at a time.
fn one_open_change() -> IndexCreateStatement {
    unique("plan_changes", &["subscription_id"])
        .and_where(Expr::col("applied_at").is_null())
        .and_where(Expr::col("closed_at").is_null())
        .to_owned()
}

/// Changes of plan that take effect within a period.
fn plan_changes() -> TableCreateStatement {
    Table::create()
        .table("plan_changes")
        .col(uuid("order_id"))
        .col(uuid("subscription_id"))
        .col(integer("position"))
        .col(uuid("base_order_id"))
        .col(uuid("plan_version_id"))
        .col(timestamp_with_time_zone("at"))
        .col(timestamp_with_time_zone("period_end"))
        .col(boolean("restarts"))
        .col(big_integer("seconds_left"))
        .col(big_integer("price_minor"))
        .col(timestamp_with_time_zone_null("applied_at"))
        .col(timestamp_with_time_zone_null("closed_at"))
        .col(timestamp_with_time_zone("created_at"))
        .primary_key(Index::create().col("order_id"))
        .foreign_key(&mut reference("plan_changes", "order_id", "orders"))
        .foreign_key(&mut reference(
            "plan_changes",
            "subscription_id",
            "subscriptions",
        ))
        .foreign_key(&mut reference(
            "plan_changes",
            "plan_version_id",
            "plan_versions",
        ))
        .check(not_negative("plan_changes", "seconds_left"))
        .check(not_negative("plan_changes", "price_minor"))
        .to_owned()
}
