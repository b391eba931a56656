//! What gateways' statements say, line by line.

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
        manager.create_table(imports()).await?;
        create_indexes(
            manager,
            [unique("statement_imports", &["gateway", "file_hash"])],
        )
        .await?;
        manager.create_table(lines()).await?;
        create_indexes(
            manager,
            [
                unique("statement_lines", &["gateway", "gateway_trade_no", "kind"]),
                index("statement_lines", &["happened_at"]),
                index("statement_lines", &["payment_id"]),
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["statement_lines", "statement_imports"] {
            manager
                .drop_table(Table::drop().table(table).to_owned())
                .await?;
        }
        Ok(())
    }
}

/// Files that were read, each once.
fn imports() -> TableCreateStatement {
    Table::create()
        .table("statement_imports")
        .col(pk_uuid("id"))
        .col(text("gateway"))
        .col(text("file_name"))
        .col(text("file_hash"))
        .col(integer("line_count"))
        .col(uuid_null("imported_by"))
        .col(timestamp_with_time_zone("imported_at"))
        .col(timestamp_with_time_zone_null("finished_at"))
        .foreign_key(&mut reference("statement_imports", "imported_by", "users"))
        .check(not_negative("statement_imports", "line_count"))
        .to_owned()
}

/// What they say: one row for each trade and kind, the latest news of it.
fn lines() -> TableCreateStatement {
    Table::create()
        .table("statement_lines")
        .col(pk_uuid("id"))
        .col(uuid("import_id"))
        .col(integer("line_number"))
        .col(text("gateway"))
        .col(text("kind"))
        .col(text("merchant_trade_no"))
        .col(text("gateway_trade_no"))
        .col(big_integer("amount_minor"))
        .col(text("currency"))
        .col(big_integer_null("fee_minor"))
        .col(timestamp_with_time_zone("happened_at"))
        .col(timestamp_with_time_zone_null("paid_out_at"))
        .col(uuid_null("payment_id"))
        .foreign_key(&mut reference(
            "statement_lines",
            "import_id",
            "statement_imports",
        ))
        .foreign_key(&mut reference("statement_lines", "payment_id", "payments"))
        .check(one_of("statement_lines", "kind", &["PAYMENT", "REFUND"]))
        .check(positive("statement_lines", "amount_minor"))
        .check(not_negative("statement_lines", "fee_minor"))
        .check(currency("statement_lines"))
        .to_owned()
}
