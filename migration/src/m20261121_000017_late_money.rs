//! What came when it was not what was agreed, and what people decide on money that is stuck.

use sea_orm_migration::{prelude::*, schema::*};

use crate::{
    append_only,
    constraints::{create_indexes, one_of, reference, unique},
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let received = big_integer_null("received_minor");
        manager
            .alter_table(
                Table::alter()
                    .table("payments")
                    .add_column(received)
                    .to_owned(),
            )
            .await?;
        manager.create_table(decisions()).await?;
        create_indexes(
            manager,
            [unique("payment_decisions", &["payment_id", "decision"])],
        )
        .await?;
        append_only::guard(manager, "payment_decisions").await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        append_only::drop_guarded(manager, "payment_decisions").await?;
        manager
            .alter_table(
                Table::alter()
                    .table("payments")
                    .drop_column("received_minor")
                    .to_owned(),
            )
            .await
    }
}

/// What people decided.
fn decisions() -> TableCreateStatement {
    Table::create()
        .table("payment_decisions")
        .col(pk_uuid("id"))
        .col(uuid("payment_id"))
        .col(text("decision"))
        .col(text("note"))
        .col(uuid_null("decided_by"))
        .col(timestamp_with_time_zone("decided_at"))
        .foreign_key(&mut reference(
            "payment_decisions",
            "payment_id",
            "payments",
        ))
        .foreign_key(&mut reference("payment_decisions", "decided_by", "users"))
        .check(one_of(
            "payment_decisions",
            "decision",
            &["ACCEPTED", "CREDITED", "REJECTED"],
        ))
        .to_owned()
}
