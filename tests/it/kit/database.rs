//! A look past the server, straight into the database.

use std::collections::BTreeMap;

use entity::{
    id::{OrderId, PaymentId},
    invoices::invoice,
    orders::order,
    payments::{notice, payment, settlement},
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr,
    EntityTrait, QueryFilter, QueryOrder, SqliteTransactionMode, Statement, TransactionOptions,
    TransactionTrait,
};

use super::templates;

/// A connection beside the server's.
#[derive(Clone, Debug)]
pub struct Database {
    connection: DatabaseConnection,
    url: String,
}

/// Every table that requests may write to.
pub const TABLES: [&str; 21] = [
    "users",
    "sessions",
    "refresh_tokens",
    "log_in_failures",
    "plans",
    "plan_versions",
    "subscriptions",
    "orders",
    "order_lines",
    "payments",
    "notices",
    "settlements",
    "invoices",
    "invoice_lines",
    "invoice_series",
    "refunds",
    "credit_notes",
    "audit_entries",
    "events",
    "transitions",
    "idempotency_keys",
];

impl Database {
    pub async fn open(url: &str) -> Self {
        Self {
            connection: templates::connect(url).await,
            url: url.to_owned(),
        }
    }

    pub async fn close(self) {
        // The server may have been killed in the middle of a write; what counts was checked before.
        let _ = self.connection.close().await;
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    pub const fn db(&self) -> &DatabaseConnection {
        &self.connection
    }

    /// Runs a statement.
    pub async fn run(&self, statement: &str) {
        self.connection.execute_unprepared(statement).await.unwrap();
    }

    /// Lets nobody write, until the transaction ends. The server's own work may lock the same tables the other way
    /// around; then this is tried again.
    pub async fn hold_writes(&self) -> DatabaseTransaction {
        loop {
            match self.try_to_hold_writes().await {
                Ok(held) => return held,
                Err(error) if error.to_string().contains("deadlock detected") => {}
                Err(error) => panic!("writes cannot be held: {error}"),
            }
        }
    }

    async fn try_to_hold_writes(&self) -> Result<DatabaseTransaction, DbErr> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..Default::default()
        };
        let held = self.connection.begin_with_options(options).await?;
        if self.connection.get_database_backend() == DbBackend::Postgres {
            let lock = "LOCK TABLE notices, payments, orders IN ACCESS EXCLUSIVE MODE";
            held.execute_unprepared(lock).await?;
        }
        Ok(held)
    }

    /// How many rows a table has.
    pub async fn count(&self, table: &str) -> i64 {
        self.number(&format!("SELECT COUNT(*) FROM {table}")).await
    }

    /// Asks for one number.
    pub async fn number(&self, question: &str) -> i64 {
        let query = Statement::from_string(self.connection.get_database_backend(), question);
        let row = self.connection.query_one_raw(query).await.unwrap().unwrap();
        row.try_get_by_index(0).unwrap()
    }

    /// How many rows each table has.
    pub async fn counts(&self) -> BTreeMap<&'static str, i64> {
        let mut counts = BTreeMap::new();
        for table in TABLES {
            counts.insert(table, self.count(table).await);
        }
        counts
    }

    pub async fn order(&self, id: OrderId) -> order::Model {
        let found = order::Entity::find_by_id(id).one(self.db()).await;
        found.unwrap().unwrap()
    }

    pub async fn payment(&self, id: PaymentId) -> payment::Model {
        let found = payment::Entity::find_by_id(id).one(self.db()).await;
        found.unwrap().unwrap()
    }

    /// The attempts of an order, in order.
    pub async fn payments(&self, id: OrderId) -> Vec<payment::Model> {
        let attempts = payment::Entity::find()
            .filter(payment::Column::OrderId.eq(id))
            .order_by_asc(payment::Column::Attempt);
        attempts.all(self.db()).await.unwrap()
    }

    pub async fn settlements(&self, id: OrderId) -> Vec<settlement::Model> {
        let settlements = settlement::Entity::find().filter(settlement::Column::OrderId.eq(id));
        settlements.all(self.db()).await.unwrap()
    }

    pub async fn invoices(&self, id: OrderId) -> Vec<invoice::Model> {
        let invoices = invoice::Entity::find().filter(invoice::Column::OrderId.eq(id));
        invoices.all(self.db()).await.unwrap()
    }

    /// The notices about a trade, oldest first.
    pub async fn notices(&self, trade_no: &str) -> Vec<notice::Model> {
        let notices = notice::Entity::find()
            .filter(notice::Column::MerchantTradeNo.eq(trade_no))
            .order_by_asc(notice::Column::ReceivedAt);
        notices.all(self.db()).await.unwrap()
    }
}
