//! Orders and their lines.

use sea_orm_migration::{prelude::*, schema::*};

use crate::constraints::{
    create_indexes, currency, index, not_negative, one_of, positive, reference, unique,
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(orders()).await?;
        create_indexes(
            manager,
            [
                unique("orders", &["number"]),
                index("orders", &["user_id", "placed_at"]),
                index("orders", &["status", "expires_at"]),
            ],
        )
        .await?;
        manager.create_table(order_lines()).await?;
        create_indexes(
            manager,
            [
                unique("order_lines", &["order_id", "position"]),
                index("order_lines", &["plan_version_id"]),
                index("order_lines", &["subscription_id"]),
            ],
        )
        .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("order_lines").to_owned())
            .await?;
        manager
            .drop_table(Table::drop().table("orders").to_owned())
            .await?;
        Ok(())
    }
}

/// Orders.
fn orders() -> TableCreateStatement {
    Table::create()
        .table("orders")
        .col(pk_uuid("id"))
        .col(text("number"))
        .col(uuid("user_id"))
        .col(text("status"))
        .col(big_integer("total_minor"))
        .col(text("currency"))
        .col(text_null("payment_method"))
        .col(text("notes"))
        .col(timestamp_with_time_zone("placed_at"))
        .col(timestamp_with_time_zone("expires_at"))
        .col(timestamp_with_time_zone_null("paid_at"))
        .col(timestamp_with_time_zone_null("cancelled_at"))
        .col(big_integer("version"))
        .col(timestamp_with_time_zone("updated_at"))
        .foreign_key(&mut reference("orders", "user_id", "users"))
        .check(one_of(
            "orders",
            "status",
            &[
                "PENDING",
                "PROCESSING",
                "AWAITING_PAYMENT",
                "PAID",
                "COMPLETED",
                "FAILED",
                "CANCELLED",
                "EXPIRED",
                "REFUNDED",
            ],
        ))
        .check(not_negative("orders", "total_minor"))
        .check(currency("orders"))
        .check(one_of(
            "orders",
            "payment_method",
            &["CREDIT_CARD", "ATM", "CVS", "BARCODE", "FREE"],
        ))
        .to_owned()
}

/// Lines of orders.
fn order_lines() -> TableCreateStatement {
    Table::create()
        .table("order_lines")
        .col(pk_uuid("id"))
        .col(uuid("order_id"))
        .col(integer("position"))
        .col(text("kind"))
        .col(uuid("plan_version_id"))
        .col(uuid_null("subscription_id"))
        .col(timestamp_with_time_zone_null("period_start"))
        .col(timestamp_with_time_zone_null("period_end"))
        .col(text("description"))
        .col(integer("quantity"))
        .col(big_integer("unit_price_minor"))
        .col(big_integer("amount_minor"))
        .col(text("currency"))
        .foreign_key(&mut reference("order_lines", "order_id", "orders"))
        .foreign_key(&mut reference(
            "order_lines",
            "plan_version_id",
            "plan_versions",
        ))
        .check(one_of(
            "order_lines",
            "kind",
            &["SUBSCRIPTION_PERIOD", "ONE_TIME_PLAN"],
        ))
        .check(positive("order_lines", "quantity"))
        .check(not_negative("order_lines", "unit_price_minor"))
        .check(not_negative("order_lines", "amount_minor"))
        .check(currency("order_lines"))
        .to_owned()
}
