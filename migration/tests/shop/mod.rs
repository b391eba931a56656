//! A shop with one of everything, in SQL that both engines read.

use migration::sea_orm::{ConnectionTrait, DatabaseConnection};

const ONE_OF_EVERYTHING: &str = "
INSERT INTO users (id, username, username_key, email, email_key, first_name, last_name, phone, password_hash,
    role, is_verified, is_active, joined_at, version, updated_at)
VALUES ('00000000-0000-7000-8000-000000000001', 'Mei', 'mei', 'Mei@example.com', 'mei@example.com', '', '', '', '',
    'CUSTOMER', TRUE, TRUE, '2026-11-21T00:00:00Z', 1, '2026-11-21T00:00:00Z');

INSERT INTO plans (id, slug, name, description, current_version_id, is_active, is_popular, sort_order, version,
    created_at, updated_at)
VALUES ('00000000-0000-7000-8000-000000000002', 'basic', 'Basic', '', '00000000-0000-7000-8000-000000000003',
    TRUE, FALSE, 1, 1, '2026-11-21T00:00:00Z', '2026-11-21T00:00:00Z');

INSERT INTO plan_versions (id, plan_id, number, price_minor, currency, billing_cycle, features, created_at)
VALUES ('00000000-0000-7000-8000-000000000003', '00000000-0000-7000-8000-000000000002', 1, 300, 'TWD', 'MONTHLY',
    '[]', '2026-11-21T00:00:00Z');

INSERT INTO orders (id, number, user_id, status, total_minor, currency, notes, placed_at, expires_at, version,
    updated_at)
VALUES ('00000000-0000-7000-8000-000000000004', 'ORD-1', '00000000-0000-7000-8000-000000000001', 'PAID', 300, 'TWD',
    '', '2026-11-21T00:00:00Z', '2026-11-22T00:00:00Z', 1, '2026-11-21T00:00:00Z');

INSERT INTO order_lines (id, order_id, position, kind, plan_version_id, description, quantity, unit_price_minor,
    amount_minor, currency)
VALUES ('00000000-0000-7000-8000-000000000005', '00000000-0000-7000-8000-000000000004', 1, 'SUBSCRIPTION_PERIOD',
    '00000000-0000-7000-8000-000000000003', 'Basic', 1, 300, 300, 'TWD');

INSERT INTO payments (id, order_id, attempt, gateway, method, status, amount_minor, currency, merchant_trade_no,
    created_at, expires_at, checks, version, updated_at)
VALUES ('00000000-0000-7000-8000-000000000006', '00000000-0000-7000-8000-000000000004', 1, 'ecpay', 'CREDIT_CARD',
    'PAID', 300, 'TWD', 'T1', '2026-11-21T00:00:00Z', '2026-11-22T00:00:00Z', 0, 1, '2026-11-21T00:00:00Z');

INSERT INTO notices (id, gateway, dedupe_key, kind, merchant_trade_no, payment_id, state, fields, received_at,
    deliveries, attempts)
VALUES ('00000000-0000-7000-8000-000000000007', 'ecpay', 'T1:1', 'PAYMENT', 'T1',
    '00000000-0000-7000-8000-000000000006', 'DONE', '[]', '2026-11-21T00:00:00Z', 1, 1);

INSERT INTO settlements (id, order_id, payment_id, amount_minor, currency, settled_at)
VALUES ('00000000-0000-7000-8000-000000000008', '00000000-0000-7000-8000-000000000004',
    '00000000-0000-7000-8000-000000000006', 300, 'TWD', '2026-11-21T00:00:00Z');

INSERT INTO invoices (id, number, series, sequence, user_id, order_id, payment_id, status, currency, net_minor,
    tax_minor, total_minor, tax_rate_basis_points, seller, buyer, notes, issued_at)
VALUES ('00000000-0000-7000-8000-000000000009', 'INV-1', 'INV', 1, '00000000-0000-7000-8000-000000000001',
    '00000000-0000-7000-8000-000000000004', '00000000-0000-7000-8000-000000000006', 'ISSUED', 'TWD', 286, 14, 300,
    500, '{}', '{}', '', '2026-11-21T00:00:00Z');

INSERT INTO log_in_failures (account_key, address, failed_at) VALUES ('k', '127.0.0.1', '2026-11-21T00:00:00Z');

INSERT INTO events (id, kind, subject, payload, request_id, occurred_at)
VALUES ('00000000-0000-7000-8000-00000000000a', 'order.placed', 'ord_1', '{}', 'r', '2026-11-21T00:00:00Z');

INSERT INTO audit_entries (id, at, actor, action, outcome, address, agent, request_id, origin, details)
VALUES ('00000000-0000-7000-8000-00000000000b', '2026-11-21T00:00:00Z', 'user', 'order.placed', 'DONE', '', '', 'r',
    'graphql', '{}');

INSERT INTO ledger_transfers (id, journal_key, position, kind, debit_account, credit_account, amount_minor, currency,
    user_id, order_id, payment_id, occurred_at)
VALUES ('00000000-0000-7000-8000-00000000000c', 'late:1', 1, 'LATE_PAYMENT', 'GATEWAY_CLEARING', 'CUSTOMER_CREDIT', 300,
    'TWD', '00000000-0000-7000-8000-000000000001', NULL, NULL, '2026-11-21T00:00:00Z');

INSERT INTO transitions (subject, version, to_status, cause, actor, at)
VALUES ('ord_1', 1, 'PENDING', 'placeOrder', 'user', '2026-11-21T00:00:00Z');
";

/// What no code may write: the statement, and what SQLite and PostgreSQL say to it.
pub const NONSENSE: &[(&str, &str, &str)] = &[
    (
        "UPDATE payments SET amount_minor = 0",
        "payments_amount_minor_check",
        "payments_amount_minor_check",
    ),
    (
        "UPDATE orders SET total_minor = -1",
        "orders_total_minor_check",
        "orders_total_minor_check",
    ),
    (
        "UPDATE orders SET status = 'SHIPPED'",
        "orders_status_check",
        "orders_status_check",
    ),
    (
        "UPDATE orders SET currency = 'twd'",
        "orders_currency_check",
        "orders_currency_check",
    ),
    (
        "UPDATE orders SET payment_method = 'CASH'",
        "orders_payment_method_check",
        "orders_payment_method_check",
    ),
    (
        "UPDATE order_lines SET quantity = 0",
        "order_lines_quantity_check",
        "order_lines_quantity_check",
    ),
    (
        "UPDATE order_lines SET kind = 'GIFT'",
        "order_lines_kind_check",
        "order_lines_kind_check",
    ),
    (
        "UPDATE order_lines SET amount_minor = -300, unit_price_minor = -300",
        "order_lines_amount_minor_check",
        "order_lines_amount_minor_check",
    ),
    (
        "UPDATE order_lines SET kind = 'CREDIT_USED'",
        "order_lines_amount_minor_check",
        "order_lines_amount_minor_check",
    ),
    (
        "UPDATE order_lines SET unit_price_minor = -300",
        "order_lines_unit_price_minor_check",
        "order_lines_unit_price_minor_check",
    ),
    (
        "UPDATE invoices SET net_minor = 287",
        "invoices_total_minor_sum_check",
        "invoices_total_minor_sum_check",
    ),
    (
        "UPDATE payments SET captured_minor = 300, refunded_minor = 200, refund_reserved_minor = 101",
        "payments_refund_reserved_minor_check",
        "payments_refund_reserved_minor_check",
    ),
    (
        "UPDATE invoices SET credited_minor = 301",
        "invoices_credited_minor_check",
        "invoices_credited_minor_check",
    ),
    (
        "UPDATE users SET email = NULL",
        "NOT NULL constraint failed: users.email",
        "null value in column \"email\"",
    ),
    (
        "INSERT INTO settlements (id, order_id, amount_minor, currency, settled_at)
         SELECT '00000000-0000-7000-8000-0000000000ff', order_id, 300, 'TWD', settled_at FROM settlements",
        "UNIQUE constraint failed: settlements.order_id",
        "settlements_order_id_key",
    ),
    (
        "INSERT INTO notices (id, gateway, dedupe_key, kind, merchant_trade_no, state, fields, received_at,
             deliveries, attempts)
         SELECT '00000000-0000-7000-8000-0000000000ff', gateway, dedupe_key, kind, 'T2', state, fields,
             received_at, 1, 0 FROM notices",
        "UNIQUE constraint failed: notices.gateway, notices.dedupe_key",
        "notices_gateway_dedupe_key_key",
    ),
    (
        "INSERT INTO transitions SELECT * FROM transitions",
        "UNIQUE constraint failed: transitions.subject, transitions.version",
        "transitions_pkey",
    ),
    (
        "INSERT INTO ledger_transfers (id, journal_key, position, kind, debit_account, credit_account, amount_minor,
             currency, user_id, occurred_at)
         SELECT '00000000-0000-7000-8000-0000000000ff', 'x', 1, kind, 'REVENUE', 'REVENUE',
             1, currency, NULL, occurred_at FROM ledger_transfers",
        "ledger_transfers_accounts_differ_check",
        "ledger_transfers_accounts_differ_check",
    ),
    (
        "INSERT INTO ledger_transfers (id, journal_key, position, kind, debit_account, credit_account, amount_minor,
             currency, user_id, occurred_at)
         SELECT '00000000-0000-7000-8000-0000000000ff', 'x', 1, kind, 'GATEWAY_CLEARING', 'REVENUE',
             0, currency, NULL, occurred_at FROM ledger_transfers",
        "ledger_transfers_amount_minor_check",
        "ledger_transfers_amount_minor_check",
    ),
    (
        "INSERT INTO ledger_transfers (id, journal_key, position, kind, debit_account, credit_account, amount_minor,
             currency, user_id, occurred_at)
         SELECT '00000000-0000-7000-8000-0000000000ff', 'x', 1, kind, 'GATEWAY_CLEARING', 'PETTY_CASH',
             1, currency, NULL, occurred_at FROM ledger_transfers",
        "ledger_transfers_credit_account_check",
        "ledger_transfers_credit_account_check",
    ),
    (
        "INSERT INTO ledger_transfers (id, journal_key, position, kind, debit_account, credit_account, amount_minor,
             currency, user_id, occurred_at)
         SELECT '00000000-0000-7000-8000-0000000000ff', 'x', 1, kind, 'GATEWAY_CLEARING', 'CUSTOMER_CREDIT',
             1, currency, NULL, occurred_at FROM ledger_transfers",
        "ledger_transfers_user_id_check",
        "ledger_transfers_user_id_check",
    ),
    (
        "INSERT INTO ledger_transfers (id, journal_key, position, kind, debit_account, credit_account, amount_minor,
             currency, user_id, occurred_at)
         SELECT '00000000-0000-7000-8000-0000000000ff', 'x', 1, kind, 'GATEWAY_CLEARING', 'REVENUE',
             1, currency, user_id, occurred_at FROM ledger_transfers",
        "ledger_transfers_user_id_check",
        "ledger_transfers_user_id_check",
    ),
    (
        "INSERT INTO ledger_transfers (id, journal_key, position, kind, debit_account, credit_account, amount_minor,
             currency, user_id, occurred_at)
         SELECT '00000000-0000-7000-8000-0000000000ff', 'x', 1, kind, 'CUSTOMER_CREDIT', 'GATEWAY_CLEARING',
             301, currency, user_id, occurred_at FROM ledger_transfers",
        "customer credit is overdrawn",
        "customer credit is overdrawn",
    ),
    (
        "INSERT INTO ledger_transfers (id, journal_key, position, kind, debit_account, credit_account, amount_minor,
             currency, user_id, occurred_at)
         SELECT '00000000-0000-7000-8000-0000000000ff', 'late:1', 1, kind, 'GATEWAY_CLEARING', 'CUSTOMER_CREDIT',
             1, currency, user_id, occurred_at FROM ledger_transfers",
        "UNIQUE constraint failed: ledger_transfers.journal_key, ledger_transfers.position",
        "ledger_transfers_journal_key_position_key",
    ),
    (
        "DELETE FROM users",
        "FOREIGN KEY constraint failed",
        "orders_user_id_fkey",
    ),
    (
        "DELETE FROM payments",
        "FOREIGN KEY constraint failed",
        "_payment_id_fkey",
    ),
];

/// Writes one row of each table that the tests look at.
pub async fn open(db: &DatabaseConnection) {
    db.execute_unprepared(ONE_OF_EVERYTHING).await.unwrap();
}
