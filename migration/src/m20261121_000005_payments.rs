//! Attempts to pay, what gateways told us, and settlements.

use sea_orm_migration::{prelude::*, schema::*};

use crate::{
    append_only,
    constraints::{
        create_indexes, currency, index, not_negative, one_of, positive, reference, unique,
    },
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(payments()).await?;
        create_indexes(
            manager,
            [
                unique("payments", &["order_id", "attempt"]),
                unique("payments", &["merchant_trade_no"]),
                index("payments", &["next_check_at"]),
                index("payments", &["status"]),
            ],
        )
        .await?;
        manager.create_table(notices()).await?;
        create_indexes(
            manager,
            [
                unique("notices", &["gateway", "dedupe_key"]),
                index("notices", &["payment_id"]),
                index("notices", &["state"]),
            ],
        )
        .await?;
        manager.create_table(settlements()).await?;
        create_indexes(
            manager,
            [
                unique("settlements", &["order_id"]),
                unique("settlements", &["payment_id"]),
            ],
        )
        .await?;
        append_only::guard(manager, "settlements").await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        append_only::drop_guarded(manager, "settlements").await?;
        manager
            .drop_table(Table::drop().table("notices").to_owned())
            .await?;
        manager
            .drop_table(Table::drop().table("payments").to_owned())
            .await?;
        Ok(())
    }
}

/// Attempts to pay.
fn payments() -> TableCreateStatement {
    Table::create()
        .table("payments")
        .col(pk_uuid("id"))
        .col(uuid("order_id"))
        .col(integer("attempt"))
        .col(text("gateway"))
        .col(text("method"))
        .col(text("status"))
        .col(big_integer("amount_minor"))
        .col(text("currency"))
        .col(text("merchant_trade_no"))
        .col(text_null("gateway_trade_no"))
        .col(text_null("gateway_method"))
        .col(text_null("bank_code"))
        .col(text_null("virtual_account"))
        .col(text_null("payment_code"))
        .col(text_null("barcode_1"))
        .col(text_null("barcode_2"))
        .col(text_null("barcode_3"))
        .col(timestamp_with_time_zone_null("code_expires_at"))
        .col(text_null("failure_code"))
        .col(text_null("failure_message"))
        .col(big_integer_null("fee_minor"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone_null("paid_at"))
        .col(timestamp_with_time_zone("expires_at"))
        .col(timestamp_with_time_zone_null("next_check_at"))
        .col(integer("checks"))
        .col(big_integer("version"))
        .col(timestamp_with_time_zone("updated_at"))
        .foreign_key(&mut reference("payments", "order_id", "orders"))
        .check(one_of(
            "payments",
            "method",
            &["CREDIT_CARD", "ATM", "CVS", "BARCODE", "FREE"],
        ))
        .check(one_of(
            "payments",
            "status",
            &[
                "PENDING",
                "AWAITING_PAYMENT",
                "PAID",
                "FAILED",
                "EXPIRED",
                "UNKNOWN",
                "REVIEW",
                "PAID_LATE",
                "REFUNDED",
            ],
        ))
        .check(positive("payments", "amount_minor"))
        .check(currency("payments"))
        .check(not_negative("payments", "fee_minor"))
        .to_owned()
}

/// The inbox of what gateways told us.
fn notices() -> TableCreateStatement {
    Table::create()
        .table("notices")
        .col(pk_uuid("id"))
        .col(text("gateway"))
        .col(text("dedupe_key"))
        .col(text("kind"))
        .col(text("merchant_trade_no"))
        .col(uuid_null("payment_id"))
        .col(text("state"))
        .col(text_null("reason"))
        .col(json_binary("fields"))
        .col(timestamp_with_time_zone("received_at"))
        .col(integer("deliveries"))
        .col(timestamp_with_time_zone_null("applied_at"))
        .col(integer("attempts"))
        .col(text_null("last_error"))
        .foreign_key(&mut reference("notices", "payment_id", "payments"))
        .check(one_of("notices", "kind", &["PAYMENT", "PAYMENT_INFO"]))
        .check(one_of(
            "notices",
            "state",
            &["RECEIVED", "DONE", "QUARANTINED"],
        ))
        .to_owned()
}

/// Settlements: the two unique keys make a second one impossible.
fn settlements() -> TableCreateStatement {
    Table::create()
        .table("settlements")
        .col(pk_uuid("id"))
        .col(uuid("order_id"))
        .col(uuid_null("payment_id"))
        .col(big_integer("amount_minor"))
        .col(text("currency"))
        .col(timestamp_with_time_zone("settled_at"))
        .foreign_key(&mut reference("settlements", "order_id", "orders"))
        .foreign_key(&mut reference("settlements", "payment_id", "payments"))
        .check(not_negative("settlements", "amount_minor"))
        .check(currency("settlements"))
        .to_owned()
}
