//! Invoices, their lines, and the series their numbers come from.

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
        manager.create_table(invoice_series()).await?;
        manager.create_table(invoices()).await?;
        create_indexes(
            manager,
            [
                unique("invoices", &["number"]),
                unique("invoices", &["series", "sequence"]),
                unique("invoices", &["order_id"]),
                unique("invoices", &["payment_id"]),
                unique("invoices", &["subscription_id", "period_start"]),
                index("invoices", &["user_id", "issued_at"]),
            ],
        )
        .await?;
        manager.create_table(invoice_lines()).await?;
        create_indexes(
            manager,
            [unique("invoice_lines", &["invoice_id", "position"])],
        )
        .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("invoice_lines").to_owned())
            .await?;
        manager
            .drop_table(Table::drop().table("invoices").to_owned())
            .await?;
        manager
            .drop_table(Table::drop().table("invoice_series").to_owned())
            .await?;
        Ok(())
    }
}

/// The series of invoice numbers.
fn invoice_series() -> TableCreateStatement {
    Table::create()
        .table("invoice_series")
        .col(text("series"))
        .col(big_integer("last_sequence"))
        .primary_key(Index::create().col("series"))
        .check(not_negative("invoice_series", "last_sequence"))
        .to_owned()
}

/// Invoices.
fn invoices() -> TableCreateStatement {
    Table::create()
        .table("invoices")
        .col(pk_uuid("id"))
        .col(text("number"))
        .col(text("series"))
        .col(big_integer("sequence"))
        .col(uuid("user_id"))
        .col(uuid("order_id"))
        .col(uuid("payment_id"))
        .col(uuid_null("subscription_id"))
        .col(timestamp_with_time_zone_null("period_start"))
        .col(timestamp_with_time_zone_null("period_end"))
        .col(text("status"))
        .col(text("currency"))
        .col(big_integer("net_minor"))
        .col(big_integer("tax_minor"))
        .col(big_integer("total_minor"))
        .col(integer("tax_rate_basis_points"))
        .col(json_binary("seller"))
        .col(json_binary("buyer"))
        .col(text("notes"))
        .col(timestamp_with_time_zone("issued_at"))
        .col(timestamp_with_time_zone_null("paid_at"))
        .foreign_key(&mut reference("invoices", "user_id", "users"))
        .foreign_key(&mut reference("invoices", "order_id", "orders"))
        .foreign_key(&mut reference("invoices", "payment_id", "payments"))
        .check(one_of("invoices", "status", &["ISSUED", "VOID"]))
        .check(currency("invoices"))
        .check(not_negative("invoices", "net_minor"))
        .check(not_negative("invoices", "tax_minor"))
        .check(not_negative("invoices", "total_minor"))
        .check(Check::named(
            "invoices_total_minor_sum_check",
            Expr::col("net_minor")
                .add(Expr::col("tax_minor"))
                .eq(Expr::col("total_minor")),
        ))
        .to_owned()
}

/// Lines of invoices.
fn invoice_lines() -> TableCreateStatement {
    Table::create()
        .table("invoice_lines")
        .col(pk_uuid("id"))
        .col(uuid("invoice_id"))
        .col(integer("position"))
        .col(text("description"))
        .col(integer("quantity"))
        .col(big_integer("unit_price_minor"))
        .col(big_integer("amount_minor"))
        .col(big_integer("tax_minor"))
        .col(text("currency"))
        .foreign_key(&mut reference("invoice_lines", "invoice_id", "invoices"))
        .check(positive("invoice_lines", "quantity"))
        .check(not_negative("invoice_lines", "unit_price_minor"))
        .check(not_negative("invoice_lines", "amount_minor"))
        .check(not_negative("invoice_lines", "tax_minor"))
        .check(currency("invoice_lines"))
        .to_owned()
}
