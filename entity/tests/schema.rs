//! The entities and the migrated tables say the same, on both engines.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking; the functions below are no #[test] that clippy would see"
)]

use std::collections::BTreeSet;

use entity::{
    audit::{AuditOutcome, audit_entry, audit_seal, audit_unsealed},
    base::{
        backup, event, idempotency_key, job_run, test_clock, transition, trusted_document,
        trusted_document_id,
    },
    invoices::{InvoiceStatus, credit_note, invoice, invoice_line, invoice_series},
    ledger::{JournalKind, LedgerAccount, ledger_transfer},
    money::Currency,
    notify::{DeliveryState, delivery},
    orders::{LineKind, OrderStatus, order, order_line},
    payments::{
        CardContractStatus, Decision, NoticeKind, NoticeState, PaymentMethod, PaymentStatus,
        PeriodUnit, card_charge, card_contract, notice, payment, payment_decision, settlement,
    },
    plans::{BillingCycle, plan, plan_version},
    reconciliation::{StatementLineKind, statement_import, statement_line},
    refunds::{RefundKind, RefundStatus, refund},
    subscriptions::{SubscriptionStatus, plan_change, renewal, subscription, trial},
    users::{
        CodePurpose, Locale, Role, log_in_failure, mail_request, one_time_code, refresh_token,
        session, user,
    },
};
use migration::{Migrator, MigratorTrait};
use sea_orm::{
    ActiveEnum, ColumnTrait, ColumnType, ConnectionTrait, DatabaseConnection, DbBackend,
    EntityTrait, IdenStatic, Iterable, PrimaryKeyToColumn, RelationTrait, Statement,
};

#[path = "../../migration/tests/databases/mod.rs"]
mod databases;

/// The unique keys of several columns: an entity tells of them in words alone.
const COMPOUND_KEYS: &[(&str, &str)] = &[
    ("credit_notes", "series_sequence"),
    ("card_charges", "contract_id_number_charged_at"),
    // Over the successes alone.
    ("card_charges", "contract_id_number"),
    // Over the active ones alone.
    ("card_contracts", "subscription_id"),
    ("invoice_lines", "invoice_id_position"),
    ("invoices", "series_sequence"),
    // But for changes of plan.
    ("invoices", "subscription_id_period_start"),
    ("ledger_transfers", "journal_key_position"),
    ("notices", "gateway_dedupe_key"),
    ("outbox", "event_id_consumer"),
    // Over the live ones alone.
    ("subscriptions", "user_id_plan_id"),
    ("order_lines", "order_id_position"),
    ("payments", "order_id_attempt"),
    // Over the open ones alone.
    ("plan_changes", "subscription_id"),
    ("plan_changes", "subscription_id_position"),
    ("payment_decisions", "payment_id_decision"),
    ("plan_versions", "plan_id_number"),
    ("statement_imports", "gateway_file_hash"),
    ("statement_lines", "gateway_gateway_trade_no_kind"),
    // Over those that are on their way to the gateway.
    ("refunds", "payment_id"),
];

/// What a table is made of, a line for each column, unique key and foreign key.
const SQLITE: &str = r#"
    SELECT name || ' ' || lower(type) || iif("notnull", ' not null', '') || iif(pk, ' primary', '') AS line
      FROM pragma_table_info('{table}')
    UNION ALL SELECT 'unique ' || name FROM pragma_index_list('{table}') WHERE "unique" AND origin <> 'pk'
    UNION ALL SELECT 'foreign ' || "from" || ' to ' || "table" || '.' || "to" || ' ' || on_delete
      FROM pragma_foreign_key_list('{table}')"#;

const POSTGRES: &str = "
    SELECT a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END
        || CASE WHEN a.attnum = ANY (p.indkey) THEN ' primary' ELSE '' END AS line
      FROM pg_attribute a JOIN pg_index p ON p.indrelid = a.attrelid AND p.indisprimary
     WHERE a.attrelid = '{table}'::regclass AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL SELECT 'unique ' || indexrelid::regclass FROM pg_index
     WHERE indrelid = '{table}'::regclass AND indisunique AND NOT indisprimary
    UNION ALL SELECT 'foreign ' || a.attname || ' to ' || f.confrelid::regclass || '.' || t.attname
        || CASE f.confdeltype WHEN 'r' THEN ' RESTRICT' ELSE ' ' || f.confdeltype::text END
      FROM pg_constraint f
      JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = f.conkey[1]
      JOIN pg_attribute t ON t.attrelid = f.confrelid AND t.attnum = f.confkey[1]
     WHERE f.conrelid = '{table}'::regclass AND f.contype = 'f'";

async fn lines(db: &DatabaseConnection, query: String) -> BTreeSet<String> {
    let statement = Statement::from_string(db.get_database_backend(), query);
    let rows = db.query_all_raw(statement).await.unwrap();
    let lines: BTreeSet<String> = rows
        .iter()
        .map(|row| row.try_get("", "line").unwrap())
        .collect();
    assert_eq!(lines.len(), rows.len(), "something is there twice");
    lines
}

fn type_name(backend: DbBackend, column: &ColumnType) -> &'static str {
    let (sqlite, postgres) = match column {
        ColumnType::Uuid => ("uuid_text", "uuid"),
        ColumnType::TimestampWithTimeZone => {
            ("timestamp_with_timezone_text", "timestamp with time zone")
        }
        ColumnType::JsonBinary => ("jsonb_text", "jsonb"),
        ColumnType::BigInteger => ("integer", "bigint"),
        ColumnType::Integer => ("integer", "integer"),
        ColumnType::Boolean => ("boolean", "boolean"),
        ColumnType::String(_) | ColumnType::Text => ("text", "text"),
        other => panic!("no entity had a column of type {other:?} before"),
    };
    match backend {
        DbBackend::Sqlite => sqlite,
        _ => postgres,
    }
}

/// What the entity says, in the words of [`SQLITE`] and [`POSTGRES`].
fn described<E: EntityTrait>(entity: E, backend: DbBackend) -> BTreeSet<String> {
    let table = entity.table_name();
    let primary: Vec<String> = E::PrimaryKey::iter()
        .map(|key| key.into_column().as_str().to_owned())
        .collect();
    let mut lines = BTreeSet::new();
    for column in E::Column::iter() {
        let (name, definition) = (column.as_str(), column.def());
        let null = if definition.is_null() {
            ""
        } else {
            " not null"
        };
        let key = if primary.iter().any(|key| key == name) {
            " primary"
        } else {
            ""
        };
        let kind = type_name(backend, definition.get_column_type());
        lines.insert(format!("{name} {kind}{null}{key}"));
        if definition.is_unique() {
            lines.insert(format!("unique {table}_{name}_key"));
        }
    }
    for (of, columns) in COMPOUND_KEYS {
        if *of == table {
            lines.insert(format!("unique {table}_{columns}_key"));
        }
    }
    for relation in E::Relation::iter().map(|relation| relation.def()) {
        let column = |identity: sea_orm::Identity| {
            identity
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join(",")
        };
        let to = relation.to_tbl.sea_orm_table().to_string();
        let (from, at) = (column(relation.from_col), column(relation.to_col));
        lines.insert(format!("foreign {from} to {to}.{at} RESTRICT"));
    }
    lines
}

/// Compares one table, reads it through its entity, and gives its name.
async fn compare<E: EntityTrait>(db: &DatabaseConnection, entity: E) -> String {
    let table = entity.table_name();
    let query = match db.get_database_backend() {
        DbBackend::Sqlite => SQLITE,
        _ => POSTGRES,
    };
    let found = lines(db, query.replace("{table}", table)).await;
    let described = described(entity, db.get_database_backend());
    let missing: Vec<_> = described.difference(&found).collect();
    let surplus: Vec<_> = found.difference(&described).collect();
    assert!(
        missing.is_empty() && surplus.is_empty(),
        "{table}: the table lacks {missing:#?}, the entity lacks {surplus:#?}"
    );
    assert_eq!(E::find().all(db).await.unwrap().len(), 0, "{table}");
    table.to_owned()
}

async fn entities_match(db: DatabaseConnection) {
    Migrator::up(&db, None).await.unwrap();
    let compared = BTreeSet::from([
        compare(&db, user::Entity).await,
        compare(&db, session::Entity).await,
        compare(&db, refresh_token::Entity).await,
        compare(&db, log_in_failure::Entity).await,
        compare(&db, one_time_code::Entity).await,
        compare(&db, mail_request::Entity).await,
        compare(&db, delivery::Entity).await,
        compare(&db, plan::Entity).await,
        compare(&db, plan_version::Entity).await,
        compare(&db, subscription::Entity).await,
        compare(&db, renewal::Entity).await,
        compare(&db, plan_change::Entity).await,
        compare(&db, trial::Entity).await,
        compare(&db, order::Entity).await,
        compare(&db, order_line::Entity).await,
        compare(&db, payment::Entity).await,
        compare(&db, payment_decision::Entity).await,
        compare(&db, notice::Entity).await,
        compare(&db, settlement::Entity).await,
        compare(&db, card_contract::Entity).await,
        compare(&db, card_charge::Entity).await,
        compare(&db, invoice_series::Entity).await,
        compare(&db, invoice::Entity).await,
        compare(&db, invoice_line::Entity).await,
        compare(&db, ledger_transfer::Entity).await,
        compare(&db, statement_import::Entity).await,
        compare(&db, statement_line::Entity).await,
        compare(&db, refund::Entity).await,
        compare(&db, credit_note::Entity).await,
        compare(&db, audit_entry::Entity).await,
        compare(&db, audit_seal::Entity).await,
        compare(&db, audit_unsealed::Entity).await,
        compare(&db, backup::Entity).await,
        compare(&db, event::Entity).await,
        compare(&db, transition::Entity).await,
        compare(&db, idempotency_key::Entity).await,
        compare(&db, job_run::Entity).await,
        compare(&db, test_clock::Entity).await,
        compare(&db, trusted_document::Entity).await,
        compare(&db, trusted_document_id::Entity).await,
    ]);
    let tables = match db.get_database_backend() {
        DbBackend::Sqlite => {
            "SELECT name AS line FROM sqlite_master WHERE type = 'table' AND name NOT IN ('seaql_migrations', 'sqlite_sequence')"
        }
        _ => {
            "SELECT tablename::text AS line FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'seaql_migrations'"
        }
    };
    assert_eq!(
        lines(&db, tables.to_owned()).await,
        compared,
        "a table without an entity"
    );
}

#[tokio::test]
async fn every_entity_describes_its_table_and_every_table_has_one() {
    entities_match(databases::sqlite().await).await;
    databases::on_postgres("entities", entities_match).await;
}

/// The check that lets through exactly the words of an enum.
fn check<E: ActiveEnum<Value = String>>(table: &str, column: &str) -> (String, String) {
    let words: Vec<String> = E::values().iter().map(|word| format!("'{word}'")).collect();
    (
        table.to_owned(),
        format!(r#"CHECK ("{column}" IN ({}))"#, words.join(", ")),
    )
}

#[tokio::test]
async fn every_word_of_an_enum_fits_its_column_and_no_other_does() {
    // The same statements make the tables on both engines, so one is enough to read them back from.
    let db = databases::sqlite().await;
    Migrator::up(&db, None).await.unwrap();
    let mut expected = vec![
        check::<Role>("users", "role"),
        check::<Locale>("users", "locale"),
        check::<CodePurpose>("one_time_codes", "purpose"),
        check::<DeliveryState>("outbox", "state"),
        check::<BillingCycle>("plan_versions", "billing_cycle"),
        check::<SubscriptionStatus>("subscriptions", "status"),
        check::<OrderStatus>("orders", "status"),
        check::<PaymentMethod>("orders", "payment_method"),
        check::<LineKind>("order_lines", "kind"),
        check::<PaymentMethod>("payments", "method"),
        check::<PaymentStatus>("payments", "status"),
        check::<Decision>("payment_decisions", "decision"),
        check::<CardContractStatus>("card_contracts", "status"),
        check::<PeriodUnit>("card_contracts", "period_unit"),
        check::<NoticeKind>("notices", "kind"),
        check::<NoticeState>("notices", "state"),
        check::<InvoiceStatus>("invoices", "status"),
        check::<JournalKind>("ledger_transfers", "kind"),
        check::<LedgerAccount>("ledger_transfers", "debit_account"),
        check::<LedgerAccount>("ledger_transfers", "credit_account"),
        check::<StatementLineKind>("statement_lines", "kind"),
        check::<RefundKind>("refunds", "kind"),
        check::<RefundStatus>("refunds", "status"),
        check::<AuditOutcome>("audit_entries", "outcome"),
    ];
    for table in [
        "plan_versions",
        "orders",
        "order_lines",
        "payments",
        "settlements",
        "invoices",
        "invoice_lines",
        "ledger_transfers",
        "statement_lines",
        "refunds",
        "credit_notes",
        "card_contracts",
    ] {
        expected.push(check::<Currency>(table, "currency"));
    }
    for (table, check) in &expected {
        let query = format!(
            "SELECT sql AS line FROM sqlite_master WHERE type = 'table' AND name = '{table}'"
        );
        let sql = lines(&db, query).await.pop_first().unwrap_or_default();
        assert!(sql.contains(check), "{table} lacks {check}:\n{sql}");
    }
    let all = "SELECT group_concat(sql) AS line FROM sqlite_master WHERE type = 'table'".to_owned();
    let all = lines(&db, all).await.pop_first().unwrap_or_default();
    assert_eq!(
        all.matches(" IN (").count(),
        expected.len(),
        "a list of words that is not compared"
    );
}
