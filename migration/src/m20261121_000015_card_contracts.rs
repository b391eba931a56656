//! Cards that are charged again and again: contracts at a gateway, and the charges it told us of.

use sea_orm_migration::{prelude::*, schema::*};

use crate::{
    constraints::{
        create_indexes, currency, index, not_negative, one_of, positive, reference, unique,
    },
    words::{self, Words},
};

#[derive(DeriveMigrationName)]
pub struct Migration;

const METHODS: &[&str] = &["CREDIT_CARD", "ATM", "CVS", "BARCODE", "FREE"];
const METHODS_WITH_PERIODIC: &[&str] = &[
    "CREDIT_CARD",
    "CREDIT_CARD_PERIODIC",
    "ATM",
    "CVS",
    "BARCODE",
    "FREE",
];

const NEW_WORDS: [Words; 3] = [
    Words {
        table: "payments",
        column: "method",
        from: METHODS,
        to: METHODS_WITH_PERIODIC,
    },
    Words {
        table: "orders",
        column: "payment_method",
        from: METHODS,
        to: METHODS_WITH_PERIODIC,
    },
    Words {
        table: "notices",
        column: "kind",
        from: &["PAYMENT", "PAYMENT_INFO"],
        to: &["PAYMENT", "PAYMENT_INFO", "PERIOD"],
    },
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for words in &NEW_WORDS {
            words::change(manager, words).await?;
        }
        manager.create_table(card_contracts()).await?;
        create_indexes(
            manager,
            [
                unique("card_contracts", &["payment_id"]),
                unique("card_contracts", &["merchant_trade_no"]),
                one_running_contract(),
                index("card_contracts", &["next_check_at"]),
            ],
        )
        .await?;
        manager.create_table(card_charges()).await?;
        create_indexes(
            manager,
            [
                unique("card_charges", &["contract_id", "number", "charged_at"]),
                one_success_for_each_number(),
                unique("card_charges", &["payment_id"]),
            ],
        )
        .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["card_charges", "card_contracts"] {
            manager
                .drop_table(Table::drop().table(table).to_owned())
                .await?;
        }
        for words in &NEW_WORDS {
            words::change(manager, &words.undone()).await?;
        }
        Ok(())
    }
}

/// One contract at a time pays for a subscription.
fn one_running_contract() -> IndexCreateStatement {
    unique("card_contracts", &["subscription_id"])
        .and_where(Expr::col("status").eq("ACTIVE"))
        .to_owned()
}

/// A contract's charges that succeeded are counted once each.
fn one_success_for_each_number() -> IndexCreateStatement {
    unique("card_charges", &["contract_id", "number"])
        .and_where(Expr::col("succeeded"))
        .to_owned()
}

/// Contracts.
fn card_contracts() -> TableCreateStatement {
    Table::create()
        .table("card_contracts")
        .col(pk_uuid("id"))
        .col(uuid("subscription_id"))
        .col(uuid("payment_id"))
        .col(text("merchant_trade_no"))
        .col(text("status"))
        .col(text("period_unit"))
        .col(integer("period_every"))
        .col(integer("most_charges"))
        .col(big_integer("amount_minor"))
        .col(text("currency"))
        .col(integer("charges"))
        .col(integer("failures"))
        .col(timestamp_with_time_zone_null("started_at"))
        .col(timestamp_with_time_zone_null("next_charge_at"))
        .col(timestamp_with_time_zone_null("next_check_at"))
        .col(integer("checks"))
        .col(integer("retries"))
        .col(text_null("last_error"))
        .col(timestamp_with_time_zone_null("ended_at"))
        .col(uuid_null("test_clock_id"))
        .col(big_integer("version"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("updated_at"))
        .foreign_key(&mut reference(
            "card_contracts",
            "subscription_id",
            "subscriptions",
        ))
        .foreign_key(&mut reference("card_contracts", "payment_id", "payments"))
        .check(one_of(
            "card_contracts",
            "status",
            &[
                "PENDING",
                "ACTIVE",
                "CANCEL_REQUESTED",
                "CANCELLED",
                "ENDED",
                "FAILED",
            ],
        ))
        .check(one_of(
            "card_contracts",
            "period_unit",
            &["DAY", "MONTH", "YEAR"],
        ))
        .check(positive("card_contracts", "period_every"))
        .check(positive("card_contracts", "most_charges"))
        .check(positive("card_contracts", "amount_minor"))
        .check(currency("card_contracts"))
        .check(not_negative("card_contracts", "charges"))
        .check(not_negative("card_contracts", "failures"))
        .check(not_negative("card_contracts", "retries"))
        .to_owned()
}

/// Charges after the first, as the gateway told of them.
fn card_charges() -> TableCreateStatement {
    Table::create()
        .table("card_charges")
        .col(pk_uuid("id"))
        .col(uuid("contract_id"))
        .col(integer("number"))
        .col(text("gateway_charge_no"))
        .col(boolean("succeeded"))
        .col(timestamp_with_time_zone("charged_at"))
        .col(uuid("payment_id"))
        .col(timestamp_with_time_zone("heard_at"))
        .foreign_key(&mut reference(
            "card_charges",
            "contract_id",
            "card_contracts",
        ))
        .foreign_key(&mut reference("card_charges", "payment_id", "payments"))
        .check(positive("card_charges", "number"))
        .to_owned()
}
