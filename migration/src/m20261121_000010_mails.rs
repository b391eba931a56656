//! What is on its way to people: the outbox, the codes that mails carry, and who asked for how many.

use sea_orm_migration::{prelude::*, schema::*};

use crate::constraints::{create_indexes, index, not_negative, one_of, reference, unique};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .alter_table(
                Table::alter()
                    .table("users")
                    .add_column(locale())
                    .to_owned(),
            )
            .await?;
        manager.create_table(outbox()).await?;
        create_indexes(
            manager,
            [
                unique("outbox", &["event_id", "consumer"]),
                index("outbox", &["state", "next_at"]),
                index("outbox", &["subject", "sequence"]),
            ],
        )
        .await?;
        manager.create_table(one_time_codes()).await?;
        create_indexes(
            manager,
            [index(
                "one_time_codes",
                &["user_id", "purpose", "created_at"],
            )],
        )
        .await?;
        manager.create_table(mail_requests()).await?;
        create_indexes(
            manager,
            [index("mail_requests", &["address_key", "asked_at"])],
        )
        .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["mail_requests", "one_time_codes", "outbox"] {
            manager
                .drop_table(Table::drop().table(table).to_owned())
                .await?;
        }
        manager
            .alter_table(
                Table::alter()
                    .table("users")
                    .drop_column("locale")
                    .to_owned(),
            )
            .await
    }
}

/// The language that a person reads. Whoever is there already reads what the shop speaks.
fn locale() -> ColumnDef {
    text("locale")
        .default("ZH_TW")
        .check(Expr::col("locale").is_in(["ZH_TW", "EN"]))
        .to_owned()
}

/// Events on their way to whoever must hear of them; the unique event lets each go once.
fn outbox() -> TableCreateStatement {
    Table::create()
        .table("outbox")
        .col(pk_uuid("id"))
        .col(uuid("event_id"))
        .col(text("consumer"))
        .col(text("kind"))
        .col(text("subject"))
        .col(big_integer("sequence"))
        .col(text("state"))
        .col(integer("attempt"))
        .col(timestamp_with_time_zone("next_at"))
        .col(timestamp_with_time_zone_null("lease_until"))
        .col(text_null("last_error"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone_null("finished_at"))
        .foreign_key(&mut reference("outbox", "event_id", "events"))
        .check(one_of(
            "outbox",
            "state",
            &["QUEUED", "DONE", "SKIPPED", "DEAD"],
        ))
        .check(not_negative("outbox", "attempt"))
        .to_owned()
}

/// Codes that were sent to somebody. The code itself is not here.
fn one_time_codes() -> TableCreateStatement {
    Table::create()
        .table("one_time_codes")
        .col(pk_uuid("id"))
        .col(uuid("user_id"))
        .col(text("purpose"))
        .col(text("nonce"))
        .col(integer("guesses"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("expires_at"))
        .col(timestamp_with_time_zone_null("used_at"))
        .col(timestamp_with_time_zone_null("voided_at"))
        .foreign_key(&mut reference("one_time_codes", "user_id", "users"))
        .check(one_of(
            "one_time_codes",
            "purpose",
            &["VERIFY_EMAIL", "RESET_PASSWORD"],
        ))
        .check(not_negative("one_time_codes", "guesses"))
        .to_owned()
}

/// Mails that somebody asked for, by the hash of the address, whether or not it is anybody's.
fn mail_requests() -> TableCreateStatement {
    Table::create()
        .table("mail_requests")
        .col(big_pk_auto("id"))
        .col(text("address_key"))
        .col(timestamp_with_time_zone("asked_at"))
        .to_owned()
}
