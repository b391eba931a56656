//! The database: how it is opened, and every difference between its engines.
//!
//! `SQLite` has one writer and several readers on one file; PostgreSQL has one pool for both.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};
use sea_orm::{
    AccessMode, ConnectOptions, ConnectionTrait, DatabaseBackend, DatabaseConnection,
    DatabaseTransaction, DbErr, IsolationLevel, QuerySelect, SqlErr, SqliteTransactionMode,
    Statement, TransactionOptions, TransactionTrait, TryInsertResult,
    metric::Info,
    sea_query::{LockBehavior, LockType},
};

use super::{error::Error, replica::Replica, trouble};

/// `SQLite` before this carries a defect that can corrupt a write-ahead log.
const OLDEST_SQLITE: (u32, u32, u32) = (3, 51, 3);

/// Connections to one database.
#[derive(Clone, Debug)]
pub struct Database {
    writer: DatabaseConnection,
    reader: DatabaseConnection,
    replica: Option<Arc<Replica>>,
}

impl Database {
    /// Opens what the URL names: `sqlite:…` or `postgres:…`.
    ///
    /// # Errors
    /// The database cannot be reached, or its `SQLite` is too old to be trusted with money.
    pub async fn connect(url: &str) -> Result<Self, DbErr> {
        if url.starts_with("sqlite:") {
            Self::connect_sqlite(url).await
        } else {
            let pool = watched(sea_orm::Database::connect(postgres_options(url)).await?);
            Ok(Self {
                writer: pool.clone(),
                reader: pool,
                replica: None,
            })
        }
    }

    async fn connect_sqlite(url: &str) -> Result<Self, DbErr> {
        let writer = watched(sea_orm::Database::connect(sqlite_options(url, 1, false)).await?);
        check_sqlite_version(&writer).await?;
        // A database in memory lives in one connection alone.
        let reader = if url.contains(":memory:") {
            writer.clone()
        } else {
            watched(sea_orm::Database::connect(sqlite_options(url, 8, true)).await?)
        };
        Ok(Self {
            writer,
            reader,
            replica: None,
        })
    }

    /// The same, with a standby of it beside it, for lists. The standby need not be there yet.
    ///
    /// # Errors
    /// The URL cannot be read.
    pub async fn with_replica(self, url: &str) -> Result<Self, DbErr> {
        let mut options = postgres_options(url);
        options.connect_lazy(true);
        let replica = Replica::new(sea_orm::Database::connect(options).await?);
        Ok(Self {
            replica: Some(Arc::new(replica)),
            ..self
        })
    }

    /// The standby, where there is one.
    #[must_use]
    pub fn replica(&self) -> Option<&Replica> {
        self.replica.as_deref()
    }

    /// For reading what is committed.
    #[must_use]
    pub const fn reader(&self) -> &DatabaseConnection {
        &self.reader
    }

    /// For migrations and clean-up; use cases write through `op.begin()`.
    #[must_use]
    pub const fn writer(&self) -> &DatabaseConnection {
        &self.writer
    }

    /// Has every statement told to `note` when it has ended.
    pub fn on_statement(&mut self, note: fn(&Info<'_>)) {
        let ended = move |info: &Info<'_>| {
            // A connection has one callback: this one takes the place of `watched`'s.
            super::fault::point("statement");
            note(info);
        };
        self.writer.set_metric_callback(ended);
        self.reader.set_metric_callback(ended);
    }

    /// Which engine it is.
    #[must_use]
    pub fn engine(&self) -> DatabaseBackend {
        self.writer.get_database_backend()
    }

    /// Whether other processes may write to it too.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.engine() != DatabaseBackend::Sqlite
    }

    /// The time by the clock that all who use the database share; `None` where nobody else uses it.
    ///
    /// # Errors
    /// It does not answer.
    pub async fn now(&self) -> Result<Option<DateTime<Utc>>, DbErr> {
        if !self.is_shared() {
            return Ok(None);
        }
        let question = Statement::from_string(self.engine(), "SELECT clock_timestamp() AS now");
        let row = self.writer.query_one_raw(question).await?;
        row.map(|row| row.try_get("", "now")).transpose()
    }

    /// Opens a transaction that will write. On `SQLite` it takes the write lock at once: a transaction
    /// that reads first and asks for the lock later fails immediately when another has written meanwhile.
    pub(super) async fn begin(&self) -> Result<DatabaseTransaction, DbErr> {
        let asked = Instant::now();
        let begun = self
            .writer
            .begin_with_options(TransactionOptions {
                isolation_level: None,
                access_mode: None,
                sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            })
            .await;
        metrics::histogram!("db_pool_wait_seconds").record(asked.elapsed().as_secs_f64());
        begun
    }

    /// Opens a transaction that only reads, all of it as of one instant, however long it takes and whatever is
    /// written meanwhile. It keeps no writer waiting, and is read from the primary, not from a copy that lags.
    ///
    /// # Errors
    /// The database cannot be reached.
    pub async fn snapshot(&self) -> Result<DatabaseTransaction, DbErr> {
        if !self.is_shared() {
            return self
                .reader
                .begin_with_options(TransactionOptions {
                    isolation_level: None,
                    access_mode: None,
                    sqlite_transaction_mode: Some(SqliteTransactionMode::Deferred),
                })
                .await;
        }
        let snapshot = self
            .writer
            .begin_with_options(TransactionOptions {
                isolation_level: Some(IsolationLevel::RepeatableRead),
                access_mode: Some(AccessMode::ReadOnly),
                sqlite_transaction_mode: None,
            })
            .await?;
        // Looking at everything takes longer than a statement of a request may.
        for limit in ["statement_timeout", "idle_in_transaction_session_timeout"] {
            let unlimited = format!("SET LOCAL {limit} = 0");
            snapshot.execute_unprepared(&unlimited).await?;
        }
        Ok(snapshot)
    }
}

/// Makes every statement a fault point, in builds that have them.
#[cfg(debug_assertions)]
fn watched(mut connection: DatabaseConnection) -> DatabaseConnection {
    connection.set_metric_callback(|_| super::fault::point("statement"));
    connection
}

#[cfg(not(debug_assertions))]
const fn watched(connection: DatabaseConnection) -> DatabaseConnection {
    connection
}

fn sqlite_options(url: &str, connections: u32, read_only: bool) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .min_connections(1)
        .acquire_timeout(Duration::from_secs(5))
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(move |options| {
            let options = options
                .pragma("journal_mode", "WAL")
                // FULL: what was answered `1|OK` must survive a power cut.
                .pragma("synchronous", "FULL")
                .pragma("foreign_keys", "ON")
                .pragma("busy_timeout", "5000")
                .pragma("trusted_schema", "OFF");
            if read_only {
                options.pragma("query_only", "ON")
            } else {
                options
            }
        });
    options
}

fn postgres_options(url: &str) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(16)
        .acquire_timeout(Duration::from_secs(2))
        .sqlx_logging(false)
        .set_application_name("fabrica")
        .map_sqlx_postgres_opts(|options| {
            options.options([
                ("statement_timeout", "5000"),
                ("lock_timeout", "2000"),
                ("idle_in_transaction_session_timeout", "10000"),
                ("timezone", "UTC"),
            ])
        });
    options
}

async fn check_sqlite_version(connection: &DatabaseConnection) -> Result<(), DbErr> {
    let row = connection
        .query_one_raw(Statement::from_string(
            DatabaseBackend::Sqlite,
            "SELECT sqlite_version() AS version",
        ))
        .await?;
    let version: String = row
        .map(|row| row.try_get("", "version"))
        .transpose()?
        .unwrap_or_default();
    let mut parts = version
        .split('.')
        .map(|part| part.parse::<u32>().unwrap_or_default());
    let mut part = || parts.next().unwrap_or_default();
    if (part(), part(), part()) < OLDEST_SQLITE {
        return Err(DbErr::Custom(format!(
            "SQLite {version} may corrupt its write-ahead log; 3.51.3 or newer is needed"
        )));
    }
    Ok(())
}

/// What a commit that failed means.
pub(super) fn failed_commit(cause: DbErr) -> Error {
    if trouble::is_unsure(&cause) {
        tracing::warn!(error = %cause, "a commit was not answered; whether it was done is not known");
        return Error::Unsure;
    }
    cause.into()
}

/// Locks the rows that are read, and passes over those that somebody else has locked. On `SQLite` it says
/// nothing: there the whole write transaction is the lock.
pub fn lock_free_rows<S: QuerySelect>(select: S) -> S {
    select.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
}

/// Whether an insert that does nothing on a conflict wrote its row. Without `RETURNING` a conflict is no
/// [`TryInsertResult::Conflicted`]: it reads as an insert of no rows.
#[must_use]
pub const fn was_inserted(result: &TryInsertResult<u64>) -> bool {
    matches!(result, TryInsertResult::Inserted(1..))
}

/// Whether this error says that the unique key over `columns` of `table` exists already.
#[must_use]
pub fn violates(error: &DbErr, table: &str, columns: &[&str]) -> bool {
    let Some(SqlErr::UniqueConstraintViolation(message)) = error.sql_err() else {
        return false;
    };
    // PostgreSQL names the constraint, `SQLite` the columns.
    let named = format!("{table}_{}_key", columns.join("_"));
    let listed = columns
        .iter()
        .map(|column| format!("{table}.{column}"))
        .collect::<Vec<_>>()
        .join(", ");
    message.contains(&named) || message.contains(&listed)
}
