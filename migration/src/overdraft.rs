//! Customers' credit never goes below zero: the database refuses a transfer that takes more than there is.

use sea_orm_migration::{
    prelude::*,
    sea_orm::{DbBackend, DbErr},
};

/// What is left of a person's credit, for a row `NEW` that takes of it.
const LEFT: &str = "(SELECT coalesce(sum(CASE WHEN credit_account = 'CUSTOMER_CREDIT' THEN amount_minor \
     ELSE -amount_minor END), 0) FROM ledger_transfers WHERE user_id = NEW.user_id AND currency = NEW.currency)";

/// Makes the database refuse to overdraw: `customer credit is overdrawn`.
///
/// # Errors
/// The database's own, or an engine that is neither SQLite nor PostgreSQL.
pub async fn guard(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let statements = match manager.get_database_backend() {
        DbBackend::Sqlite => vec![format!(
            "CREATE TRIGGER ledger_transfers_refuse_overdraft BEFORE INSERT ON ledger_transfers \
             WHEN NEW.debit_account = 'CUSTOMER_CREDIT' AND NEW.amount_minor > {LEFT} \
             BEGIN SELECT RAISE(ABORT, 'customer credit is overdrawn'); END"
        )],
        // Two at once wait for one another at the customer's row; a statement after it sees what was committed.
        DbBackend::Postgres => vec![
            format!(
                "CREATE FUNCTION ledger_transfers_overdraft() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
                 PERFORM 1 FROM users WHERE id = NEW.user_id FOR NO KEY UPDATE; \
                 IF NEW.amount_minor > {LEFT} THEN RAISE EXCEPTION 'customer credit is overdrawn'; END IF; \
                 RETURN NEW; END $$"
            ),
            "CREATE TRIGGER ledger_transfers_refuse_overdraft BEFORE INSERT ON ledger_transfers \
             FOR EACH ROW WHEN (NEW.debit_account = 'CUSTOMER_CREDIT') \
             EXECUTE FUNCTION ledger_transfers_overdraft()"
                .to_owned(),
        ],
        other => {
            return Err(DbErr::BackendNotSupported {
                db: other.as_str(),
                ctx: "customers' credit",
            });
        }
    };
    for statement in statements {
        manager
            .get_connection()
            .execute_unprepared(&statement)
            .await?;
    }
    Ok(())
}

/// Drops what [`guard`] leaves behind when its table is dropped.
///
/// # Errors
/// The database's own.
pub async fn drop_guard(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    if manager.get_database_backend() == DbBackend::Postgres {
        manager
            .get_connection()
            .execute_unprepared("DROP FUNCTION ledger_transfers_overdraft()")
            .await?;
    }
    Ok(())
}
