//! The books, with a journal for everything that was paid before there were books.

use sea_orm_migration::{
    prelude::*,
    schema::*,
    sea_orm::{ConnectionTrait, DbBackend, QueryResult, Statement},
};

use crate::{
    append_only,
    constraints::{create_indexes, currency, index, one_of, positive, reference, unique},
    overdraft,
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(transfers()).await?;
        create_indexes(
            manager,
            [
                unique("ledger_transfers", &["journal_key", "position"]),
                index("ledger_transfers", &["occurred_at"]),
                index("ledger_transfers", &["order_id"]),
                index("ledger_transfers", &["payment_id"]),
                index("ledger_transfers", &["user_id", "currency"]),
            ],
        )
        .await?;
        append_only::guard(manager, "ledger_transfers").await?;
        overdraft::guard(manager).await?;
        book_what_was_paid(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        append_only::drop_guarded(manager, "ledger_transfers").await?;
        overdraft::drop_guard(manager).await
    }
}

const ACCOUNTS: [&str; 7] = [
    "GATEWAY_CLEARING",
    "BANK",
    "REVENUE",
    "REFUNDS",
    "TAX_PAYABLE",
    "GATEWAY_FEES",
    "CUSTOMER_CREDIT",
];

/// Transfers: each debits one account and credits another, so that no row can be out of balance.
fn transfers() -> TableCreateStatement {
    let of_credit = Expr::col("debit_account")
        .eq("CUSTOMER_CREDIT")
        .or(Expr::col("credit_account").eq("CUSTOMER_CREDIT"));
    Table::create()
        .table("ledger_transfers")
        .col(pk_uuid("id"))
        .col(text("journal_key"))
        .col(integer("position"))
        .col(text("kind"))
        .col(text("debit_account"))
        .col(text("credit_account"))
        .col(big_integer("amount_minor"))
        .col(text("currency"))
        .col(uuid_null("user_id"))
        .col(uuid_null("order_id"))
        .col(uuid_null("payment_id"))
        .col(timestamp_with_time_zone("occurred_at"))
        .foreign_key(&mut reference("ledger_transfers", "user_id", "users"))
        .foreign_key(&mut reference("ledger_transfers", "order_id", "orders"))
        .foreign_key(&mut reference("ledger_transfers", "payment_id", "payments"))
        .check(one_of(
            "ledger_transfers",
            "kind",
            &[
                "SETTLEMENT",
                "LATE_PAYMENT",
                "FEE",
                "REFUND",
                "CREDIT_REFUND",
                "CREDIT_SPENT",
                "PAYOUT",
                "CORRECTION",
            ],
        ))
        .check(one_of("ledger_transfers", "debit_account", &ACCOUNTS))
        .check(one_of("ledger_transfers", "credit_account", &ACCOUNTS))
        .check(Check::named(
            "ledger_transfers_accounts_differ_check",
            Expr::col("debit_account").ne(Expr::col("credit_account")),
        ))
        .check(positive("ledger_transfers", "amount_minor"))
        .check(positive("ledger_transfers", "position"))
        .check(currency("ledger_transfers"))
        .check(Check::named(
            "ledger_transfers_user_id_check",
            of_credit.eq(Expr::col("user_id").is_not_null()),
        ))
        .to_owned()
}

/// The journals that would stand in the books if there had always been books.
async fn book_what_was_paid(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let engine = manager.get_database_backend();
    let payment = hex(engine, "p.id");
    let settled = "p.status IN ('PAID', 'REFUNDED')";
    // What is booked: its key, place and kind, the accounts, the amount, whose credit, when, and of which payments.
    let net_and_tax = "JOIN invoices i ON i.payment_id = p.id";
    let journals = [
        (
            "settle",
            1,
            "'SETTLEMENT', 'GATEWAY_CLEARING', 'REVENUE', i.net_minor",
            "NULL",
            net_and_tax,
            settled,
        ),
        (
            "settle",
            2,
            "'SETTLEMENT', 'GATEWAY_CLEARING', 'TAX_PAYABLE', i.tax_minor",
            "NULL",
            net_and_tax,
            settled,
        ),
        (
            "late",
            1,
            "'LATE_PAYMENT', 'GATEWAY_CLEARING', 'CUSTOMER_CREDIT', p.amount_minor",
            "o.user_id",
            "",
            "p.status = 'PAID_LATE'",
        ),
        (
            "fee",
            1,
            "'FEE', 'GATEWAY_FEES', 'GATEWAY_CLEARING', p.fee_minor",
            "NULL",
            "",
            "p.status IN ('PAID', 'REFUNDED', 'PAID_LATE')",
        ),
    ];
    for (tag, (name, position, what, user, join, filter)) in (1u128..).zip(journals) {
        let amount = what.rsplit(' ').next().unwrap_or_default();
        let select = format!(
            "SELECT {payment} AS id FROM payments p {join} WHERE {filter} AND {amount} > 0"
        );
        for id in payments(manager, &select).await? {
            let key = format!("{name}:pay_{}", base32(id));
            // The id of the payment with another end: in order of time, and the same on every replica.
            let new = literal(engine, id ^ (tag << 48));
            let insert = format!(
                "INSERT INTO ledger_transfers (id, journal_key, position, kind, debit_account, credit_account, \
                 amount_minor, user_id, currency, order_id, payment_id, occurred_at) \
                 SELECT {new}, '{key}', {position}, {what}, {user}, p.currency, p.order_id, p.id, \
                 coalesce(s.settled_at, p.paid_at, p.updated_at) FROM payments p \
                 JOIN orders o ON o.id = p.order_id LEFT JOIN settlements s ON s.payment_id = p.id {join} \
                 WHERE {payment} = '{id:032x}'"
            );
            let connection = manager.get_connection();
            connection.execute_unprepared(&insert).await?;
        }
    }
    Ok(())
}

async fn payments(manager: &SchemaManager<'_>, select: &str) -> Result<Vec<u128>, DbErr> {
    let statement = Statement::from_string(manager.get_database_backend(), select);
    let rows: Vec<QueryResult> = manager.get_connection().query_all_raw(statement).await?;
    rows.iter()
        .map(|row| {
            let id: String = row.try_get("", "id")?;
            u128::from_str_radix(&id, 16).map_err(|cause| DbErr::Migration(cause.to_string()))
        })
        .collect()
}

/// An id column as 32 digits. SQLite holds what our code wrote as bytes, and what a person typed as text.
fn hex(engine: DbBackend, column: &str) -> String {
    match engine {
        DbBackend::Sqlite => format!(
            "lower(CASE typeof({column}) WHEN 'blob' THEN hex({column}) ELSE replace({column}, '-', '') END)"
        ),
        _ => format!("replace(CAST({column} AS text), '-', '')"),
    }
}

fn literal(engine: DbBackend, id: u128) -> String {
    match engine {
        DbBackend::Sqlite => format!("x'{id:032x}'"),
        _ => format!("'{id:032x}'"),
    }
}

/// The 26 characters that stand for an id in public.
fn base32(id: u128) -> String {
    const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    (0..26u32)
        .filter_map(|position| {
            let index = usize::try_from((id >> (125 - position * 5)) & 31).ok()?;
            ALPHABET.get(index).copied().map(char::from)
        })
        .collect()
}
