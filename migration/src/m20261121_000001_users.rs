//! People, their log-ins, and the attempts that failed.

use sea_orm_migration::{prelude::*, schema::*};

use crate::constraints::{create_indexes, index, one_of, reference, unique};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(users()).await?;
        create_indexes(
            manager,
            [
                unique("users", &["username_key"]),
                unique("users", &["email_key"]),
                index("users", &["joined_at"]),
            ],
        )
        .await?;
        manager.create_table(sessions()).await?;
        create_indexes(manager, [index("sessions", &["user_id"])]).await?;
        manager.create_table(refresh_tokens()).await?;
        create_indexes(
            manager,
            [
                unique("refresh_tokens", &["parent_id"]),
                unique("refresh_tokens", &["secret_hash"]),
                index("refresh_tokens", &["session_id"]),
            ],
        )
        .await?;
        manager.create_table(log_in_failures()).await?;
        create_indexes(
            manager,
            [index("log_in_failures", &["account_key", "failed_at"])],
        )
        .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("log_in_failures").to_owned())
            .await?;
        manager
            .drop_table(Table::drop().table("refresh_tokens").to_owned())
            .await?;
        manager
            .drop_table(Table::drop().table("sessions").to_owned())
            .await?;
        manager
            .drop_table(Table::drop().table("users").to_owned())
            .await?;
        Ok(())
    }
}

/// People.
fn users() -> TableCreateStatement {
    Table::create()
        .table("users")
        .col(pk_uuid("id"))
        .col(text("username"))
        .col(text("username_key"))
        .col(text("email"))
        .col(text("email_key"))
        .col(text("first_name"))
        .col(text("last_name"))
        .col(text("phone"))
        .col(text_null("avatar_url"))
        .col(text("password_hash"))
        .col(text("role"))
        .col(boolean("is_verified"))
        .col(boolean("is_active"))
        .col(timestamp_with_time_zone("joined_at"))
        .col(timestamp_with_time_zone_null("last_log_in_at"))
        .col(timestamp_with_time_zone_null("erased_at"))
        .col(big_integer("version"))
        .col(timestamp_with_time_zone("updated_at"))
        .check(one_of("users", "role", &["CUSTOMER", "STAFF", "ADMIN"]))
        .to_owned()
}

/// Log-ins.
fn sessions() -> TableCreateStatement {
    Table::create()
        .table("sessions")
        .col(pk_uuid("id"))
        .col(uuid("user_id"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("last_used_at"))
        .col(timestamp_with_time_zone("expires_at"))
        .col(timestamp_with_time_zone_null("revoked_at"))
        .col(text_null("revoked_reason"))
        .col(text("address"))
        .col(text("agent"))
        .foreign_key(&mut reference("sessions", "user_id", "users"))
        .to_owned()
}

/// Refresh tokens: the unique parent gives each at most one child.
fn refresh_tokens() -> TableCreateStatement {
    Table::create()
        .table("refresh_tokens")
        .col(pk_uuid("id"))
        .col(uuid("session_id"))
        .col(uuid_null("parent_id"))
        .col(text("secret_hash"))
        .col(timestamp_with_time_zone("issued_at"))
        .col(timestamp_with_time_zone("expires_at"))
        .col(timestamp_with_time_zone_null("used_at"))
        .foreign_key(&mut reference("refresh_tokens", "session_id", "sessions"))
        .to_owned()
}

/// Failed log-ins.
fn log_in_failures() -> TableCreateStatement {
    Table::create()
        .table("log_in_failures")
        .col(big_pk_auto("id"))
        .col(text("account_key"))
        .col(text("address"))
        .col(timestamp_with_time_zone("failed_at"))
        .to_owned()
}
