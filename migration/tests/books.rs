//! A shop that sold before there were books gets them, as if there had always been some.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking; the functions below are no #[test] that clippy would see"
)]

use migration::{
    Migrator, MigratorTrait,
    sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement},
};

mod databases;

/// The changes before there were books.
const BEFORE: u32 = 8;

/// A customer with a settled order, money that came too late, and an attempt that brought nothing. `{n}` is an id
/// that ends so, written as the engine's own code writes it.
const SHOP: &str = "
INSERT INTO users (id, username, username_key, email, email_key, first_name, last_name, phone, password_hash, role,
    is_verified, is_active, joined_at, version, updated_at)
VALUES ({01}, 'Mei', 'mei', 'Mei@example.com', 'mei@example.com', '', '', '', '', 'CUSTOMER', TRUE, TRUE,
    '2026-11-21T00:00:00Z', 1, '2026-11-21T00:00:00Z');

INSERT INTO orders (id, number, user_id, status, total_minor, currency, notes, placed_at, expires_at, version,
    updated_at)
VALUES ({04}, 'ORD-1', {01}, 'COMPLETED', 300, 'TWD', '', '2026-11-21T00:00:00Z', '2026-11-22T00:00:00Z', 1,
    '2026-11-21T00:00:00Z');

INSERT INTO payments (id, order_id, attempt, gateway, method, status, amount_minor, currency, merchant_trade_no,
    fee_minor, created_at, paid_at, expires_at, checks, version, updated_at)
VALUES ({06}, {04}, 1, 'ecpay', 'CREDIT_CARD', 'PAID', 300, 'TWD', 'T1', 6, '2026-11-21T00:00:00Z',
        '2026-11-21T00:30:00Z', '2026-11-22T00:00:00Z', 0, 1, '2026-11-21T00:00:00Z'),
    ({07}, {04}, 2, 'ecpay', 'ATM', 'PAID_LATE', 300, 'TWD', 'T2', 0, '2026-11-21T00:00:00Z',
        '2026-11-21T02:00:00Z', '2026-11-22T00:00:00Z', 0, 1, '2026-11-21T00:00:00Z'),
    ({08}, {04}, 3, 'ecpay', 'ATM', 'FAILED', 300, 'TWD', 'T3', NULL, '2026-11-21T00:00:00Z',
        NULL, '2026-11-22T00:00:00Z', 0, 1, '2026-11-21T00:00:00Z');

INSERT INTO settlements (id, order_id, payment_id, amount_minor, currency, settled_at)
VALUES ({09}, {04}, {06}, 300, 'TWD', '2026-11-21T01:00:00Z');

INSERT INTO invoices (id, number, series, sequence, user_id, order_id, payment_id, status, currency, net_minor,
    tax_minor, total_minor, tax_rate_basis_points, seller, buyer, notes, issued_at)
VALUES ({0a}, 'INV-1', 'INV', 1, {01}, {04}, {06}, 'ISSUED', 'TWD', 286, 14, 300, 500, '{}', '{}', '',
    '2026-11-21T00:00:00Z');
";

fn written_for(engine: DbBackend) -> String {
    let mut sql = SHOP.to_owned();
    for end in ["01", "04", "06", "07", "08", "09", "0a"] {
        let id = format!("000000000000700080000000000000{end}");
        let literal = match engine {
            DbBackend::Sqlite => format!("x'{id}'"),
            _ => format!("'{id}'"),
        };
        sql = sql.replace(&format!("{{{end}}}"), &literal);
    }
    sql
}

async fn booked(db: &DatabaseConnection) -> Vec<String> {
    let instant = match db.get_database_backend() {
        DbBackend::Sqlite => "substr(t.occurred_at, 12, 5)",
        _ => "to_char(t.occurred_at AT TIME ZONE 'UTC', 'HH24:MI')",
    };
    let query = format!(
        "SELECT concat_ws(' ', t.journal_key, t.position, t.kind, t.debit_account, t.credit_account, \
         t.amount_minor, t.currency, u.username, o.number, p.merchant_trade_no, {instant}) AS line \
         FROM ledger_transfers t LEFT JOIN users u ON u.id = t.user_id JOIN orders o ON o.id = t.order_id \
         JOIN payments p ON p.id = t.payment_id ORDER BY line"
    );
    let statement = Statement::from_string(db.get_database_backend(), query);
    let rows = db.query_all_raw(statement).await.unwrap();
    rows.iter()
        .map(|row| row.try_get("", "line").unwrap())
        .collect()
}

async fn what_was_paid_is_booked(db: DatabaseConnection) {
    Migrator::up(&db, Some(BEFORE)).await.unwrap();
    let shop = written_for(db.get_database_backend());
    db.execute_unprepared(&shop).await.unwrap();

    Migrator::up(&db, None).await.unwrap();

    let journal = "pay_0000000000e0080000000000";
    assert_eq!(
        booked(&db).await,
        [
            format!("fee:{journal}06 1 FEE GATEWAY_FEES GATEWAY_CLEARING 6 TWD ORD-1 T1 01:00"),
            format!(
                "late:{journal}07 1 LATE_PAYMENT GATEWAY_CLEARING CUSTOMER_CREDIT 300 TWD Mei ORD-1 T2 02:00"
            ),
            format!(
                "settle:{journal}06 1 SETTLEMENT GATEWAY_CLEARING REVENUE 286 TWD ORD-1 T1 01:00"
            ),
            format!(
                "settle:{journal}06 2 SETTLEMENT GATEWAY_CLEARING TAX_PAYABLE 14 TWD ORD-1 T1 01:00"
            ),
        ]
    );
}

#[tokio::test]
async fn a_shop_that_sold_before_gets_its_books() {
    what_was_paid_is_booked(databases::sqlite().await).await;
    databases::on_postgres("books", what_was_paid_is_booked).await;
}

async fn what_was_paid_can_be_given_back(db: DatabaseConnection) {
    Migrator::up(&db, Some(BEFORE)).await.unwrap();
    let shop = written_for(db.get_database_backend());
    db.execute_unprepared(&shop).await.unwrap();

    Migrator::up(&db, None).await.unwrap();

    let query = "SELECT merchant_trade_no || ' ' || captured_minor || ' ' || refunded_minor || ' ' || \
         refund_reserved_minor AS line FROM payments ORDER BY merchant_trade_no";
    let query = Statement::from_string(db.get_database_backend(), query);
    let rows = db.query_all_raw(query).await.unwrap();
    let lines: Vec<String> = rows
        .iter()
        .map(|row| row.try_get("", "line").unwrap())
        .collect();
    assert_eq!(lines, ["T1 300 0 0", "T2 300 0 0", "T3 0 0 0"]);
}

#[tokio::test]
async fn money_that_came_before_there_were_refunds_counts_as_come() {
    what_was_paid_can_be_given_back(databases::sqlite().await).await;
    databases::on_postgres("counters", what_was_paid_can_be_given_back).await;
}
