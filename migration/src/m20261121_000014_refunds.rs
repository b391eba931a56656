//! Refunds, what they count on payments, and the credit notes they make.

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
        count_on_payments(manager).await?;
        add(manager, "invoices", credited_minor()).await?;
        manager.create_table(refunds()).await?;
        create_indexes(
            manager,
            [
                index("refunds", &["payment_id"]),
                index("refunds", &["order_id"]),
                index("refunds", &["user_id"]),
                index("refunds", &["next_check_at"]),
                index("refunds", &["created_at"]),
                one_on_its_way(),
            ],
        )
        .await?;
        manager.create_table(credit_notes()).await?;
        create_indexes(
            manager,
            [
                unique("credit_notes", &["number"]),
                unique("credit_notes", &["series", "sequence"]),
                unique("credit_notes", &["refund_id"]),
                index("credit_notes", &["invoice_id"]),
            ],
        )
        .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["credit_notes", "refunds"] {
            manager
                .drop_table(Table::drop().table(table).to_owned())
                .await?;
        }
        // What a check of another column names goes after that column.
        for (table, column) in [
            ("invoices", "credited_minor"),
            ("payments", "refund_reserved_minor"),
            ("payments", "refunded_minor"),
            ("payments", "captured_minor"),
            ("payments", "refund_in_full_only"),
            ("payments", "authorization_no"),
        ] {
            let drop = Table::alter().table(table).drop_column(column).to_owned();
            manager.alter_table(drop).await?;
        }
        Ok(())
    }
}

/// Adds the counters, and fills them for the money that came before.
async fn count_on_payments(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    add(manager, "payments", text_null("authorization_no")).await?;
    let in_full_only = boolean("refund_in_full_only").default(false).to_owned();
    add(manager, "payments", in_full_only).await?;
    let counter = |name: &'static str| big_integer(name).default(0).to_owned();
    let captured = counter("captured_minor")
        .check(not_negative("payments", "captured_minor"))
        .to_owned();
    add(manager, "payments", captured).await?;
    let refunded = counter("refunded_minor")
        .check(not_negative("payments", "refunded_minor"))
        .to_owned();
    add(manager, "payments", refunded).await?;
    // The last net under every refund. SQLite takes a check of several columns only together with a new column.
    let within_captured = Check::named(
        "payments_refund_reserved_minor_check",
        Expr::col("refund_reserved_minor").gte(0).and(
            Expr::col("refunded_minor")
                .add(Expr::col("refund_reserved_minor"))
                .lte(Expr::col("captured_minor")),
        ),
    );
    // Filled before the check is there, as SQLite would check the old rows too.
    let money = Query::update()
        .table("payments")
        .value("captured_minor", Expr::col("amount_minor"))
        .and_where(Expr::col("status").is_in(["PAID", "PAID_LATE", "REFUNDED"]))
        .to_owned();
    manager.execute(money).await?;
    let gone = Query::update()
        .table("payments")
        .value("refunded_minor", Expr::col("amount_minor"))
        .and_where(Expr::col("status").eq("REFUNDED"))
        .to_owned();
    manager.execute(gone).await?;
    let reserved = counter("refund_reserved_minor")
        .check(within_captured)
        .to_owned();
    add(manager, "payments", reserved).await
}

async fn add(
    manager: &SchemaManager<'_>,
    table: &'static str,
    column: impl IntoColumnDef,
) -> Result<(), DbErr> {
    let alter = Table::alter().table(table).add_column(column).to_owned();
    manager.alter_table(alter).await
}

fn credited_minor() -> ColumnDef {
    big_integer("credited_minor")
        .default(0)
        .check(Check::named(
            "invoices_credited_minor_check",
            Expr::col("credited_minor")
                .gte(0)
                .and(Expr::col("credited_minor").lte(Expr::col("total_minor"))),
        ))
        .to_owned()
}

/// One refund of a payment at a time is on its way to the gateway: what the gateway says of the payment then
/// tells of that one.
fn one_on_its_way() -> IndexCreateStatement {
    unique("refunds", &["payment_id"])
        .and_where(Expr::col("status").is_in(["SENDING", "UNKNOWN"]))
        .to_owned()
}

/// Refunds.
fn refunds() -> TableCreateStatement {
    Table::create()
        .table("refunds")
        .col(pk_uuid("id"))
        .col(uuid("payment_id"))
        .col(uuid("order_id"))
        .col(uuid("user_id"))
        .col(text("kind"))
        .col(text("status"))
        .col(big_integer("amount_minor"))
        .col(text("currency"))
        .col(text("reason"))
        .col(boolean("end_subscription"))
        .col(json_binary("progress"))
        .col(integer("attempts"))
        .col(integer("checks"))
        .col(timestamp_with_time_zone_null("next_check_at"))
        .col(text_null("answer_code"))
        .col(text_null("answer_message"))
        .col(uuid_null("requested_by"))
        .col(text_null("reference"))
        .col(text_null("note"))
        .col(uuid_null("test_clock_id"))
        .col(big_integer("version"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("updated_at"))
        .col(timestamp_with_time_zone_null("completed_at"))
        .foreign_key(&mut reference("refunds", "payment_id", "payments"))
        .foreign_key(&mut reference("refunds", "order_id", "orders"))
        .foreign_key(&mut reference("refunds", "user_id", "users"))
        .foreign_key(&mut reference("refunds", "requested_by", "users"))
        .check(one_of("refunds", "kind", &["CARD", "MANUAL"]))
        .check(one_of(
            "refunds",
            "status",
            &[
                "REQUESTED",
                "SENDING",
                "UNKNOWN",
                "SUCCEEDED",
                "FAILED",
                "AWAITING_STAFF",
                "CANCELLED",
            ],
        ))
        .check(positive("refunds", "amount_minor"))
        .check(currency("refunds"))
        .to_owned()
}

/// Credit notes.
fn credit_notes() -> TableCreateStatement {
    Table::create()
        .table("credit_notes")
        .col(pk_uuid("id"))
        .col(text("number"))
        .col(text("series"))
        .col(big_integer("sequence"))
        .col(uuid("invoice_id"))
        .col(uuid("refund_id"))
        .col(uuid("user_id"))
        .col(text("currency"))
        .col(big_integer("net_minor"))
        .col(big_integer("tax_minor"))
        .col(big_integer("total_minor"))
        .col(text("reason"))
        .col(timestamp_with_time_zone("issued_at"))
        .foreign_key(&mut reference("credit_notes", "invoice_id", "invoices"))
        .foreign_key(&mut reference("credit_notes", "refund_id", "refunds"))
        .foreign_key(&mut reference("credit_notes", "user_id", "users"))
        .check(currency("credit_notes"))
        .check(not_negative("credit_notes", "net_minor"))
        .check(not_negative("credit_notes", "tax_minor"))
        .check(positive("credit_notes", "total_minor"))
        .check(Check::named(
            "credit_notes_total_minor_sum_check",
            Expr::col("net_minor")
                .add(Expr::col("tax_minor"))
                .eq(Expr::col("total_minor")),
        ))
        .to_owned()
}
