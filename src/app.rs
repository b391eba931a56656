//! From settings to the house that every operation shares.

use std::{fs::TryLockError, io, path::PathBuf, sync::Arc};

use adapters::pdf::PdfPrinter;
use chrono::Duration;
use domain::{
    base::{
        App, clock::SystemClock, database::Database, entropy::SystemEntropy, hub::Hub,
        links::Links, policy::Policy,
    },
    ports::{AccessTokens, Gateway},
};
use secrecy::ExposeSecret;
use tokio::sync::Semaphore;

use crate::{
    config::{self, Config, Keys, Profile},
    parts::{self, Mails},
    telemetry::{statements, traces},
};

/// Connections of the database that live connections may have at once: half of the pool.
const LIVE_READS: usize = 8;

/// Why the house could not be built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// A file of the data directory.
    #[error("{0}")]
    File(#[from] io::Error),
    /// Another process has the database.
    #[error(
        "another fabrica uses the SQLite database already ({}); stop it first, or set DATABASE_URL to a PostgreSQL, which many can share",
        .0.display()
    )]
    InUse(PathBuf),
    /// The database.
    #[error("DATABASE_URL: the database cannot be opened: {0}")]
    Database(#[from] sea_orm::DbErr),
    /// Its standby.
    #[error("DATABASE_READ_URL: {0}")]
    Replica(sea_orm::DbErr),
    /// A part that is made from settings.
    #[error("{0}")]
    Part(Box<dyn std::error::Error + Send + Sync>),
}

/// The house with everything in it that these settings name.
///
/// # Errors
/// The first part that cannot be had.
pub async fn build(config: &Config) -> Result<Arc<App>, BuildError> {
    let ecpay = parts::ecpay(config).map_err(BuildError::Part)?;
    build_with(config, ecpay).await
}

/// The same, around a gateway that the caller keeps too.
///
/// # Errors
/// The first part that cannot be had.
pub async fn build_with(
    config: &Config,
    gateway: Arc<dyn Gateway>,
) -> Result<Arc<App>, BuildError> {
    let keys = config::keys(config)?;
    let access_tokens = parts::access_tokens(config, &keys.signing).map_err(BuildError::Part)?;
    let mails = parts::mails(config).map_err(BuildError::Part)?;
    let database = open_database(config).await?;
    Ok(Arc::new(assemble(
        config,
        &keys,
        database,
        gateway,
        access_tokens,
        mails,
    )))
}

/// Opens the database, after making the directory it lies in.
///
/// # Errors
/// It cannot be opened.
pub async fn open_database(config: &Config) -> Result<Database, BuildError> {
    if let Some(file) = sqlite_file(config)
        && let Some(directory) = file.parent()
    {
        std::fs::create_dir_all(directory)?;
    }
    let mut database = Database::connect(config.store.database_url.expose_secret()).await?;
    if traces::are_collected() {
        database.on_statement(statements::note);
    }
    match &config.store.database_read_url {
        Some(url) => {
            (database.with_replica(url.expose_secret()).await).map_err(BuildError::Replica)
        }
        None => Ok(database),
    }
}

/// Puts the parts together.
#[must_use]
pub fn assemble(
    config: &Config,
    keys: &Keys,
    database: Database,
    gateway: Arc<dyn Gateway>,
    access_tokens: Arc<dyn AccessTokens>,
    mails: Mails,
) -> App {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    App {
        database,
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy),
        hub: Hub::default(),
        gateway,
        access_tokens,
        mailer: mails.mailer,
        mail_writer: mails.writer,
        invoice_printer: Arc::new(PdfPrinter),
        links: Links::new(config.server.public_url.clone(), keys.links),
        hashing: Arc::new(Semaphore::new(cores)),
        live_reads: Arc::new(Semaphore::new(LIVE_READS)),
        refresh_key: keys.refresh,
        code_key: keys.codes,
        policy: Policy {
            pages: config.limits.documents.pages,
            seller: config.shop.seller.clone(),
            order_lifetime: Duration::hours(i64::from(config.shop.order_lifetime_hours)),
            renewal_lead: Duration::days(config.shop.renewal_lead_days.into()),
            dunning_days: config.shop.dunning_days.clone(),
            grace: Duration::days(config.shop.grace_days.into()),
            test_clocks: config.profile != Profile::Production,
            ..Policy::default()
        },
    }
}

/// The file of the `SQLite` database; nothing for another engine, or in memory.
#[must_use]
pub fn sqlite_file(config: &Config) -> Option<PathBuf> {
    let url = config.store.database_url.expose_secret();
    let path = url.strip_prefix("sqlite:")?;
    let path = path.strip_prefix("//").unwrap_or(path);
    let (path, parameters) = path.split_once('?').unwrap_or((path, ""));
    let in_memory = path.is_empty() || path == ":memory:" || parameters.contains("mode=memory");
    (!in_memory).then(|| PathBuf::from(path))
}

/// Held as long as this process alone may use the `SQLite` file; the system lets go of it by itself when
/// the process ends, however it ends.
#[derive(Debug)]
pub struct DatabaseLock {
    _file: Option<std::fs::File>,
}

/// Takes the `SQLite` file for this process. Other engines need no lock.
///
/// # Errors
/// [`BuildError::InUse`] when another process has it.
pub fn lock_database(config: &Config) -> Result<DatabaseLock, BuildError> {
    let Some(database) = sqlite_file(config) else {
        return Ok(DatabaseLock { _file: None });
    };
    if let Some(directory) = database.parent() {
        std::fs::create_dir_all(directory)?;
    }
    let mut path = database.clone().into_os_string();
    path.push(".lock");
    let file = std::fs::OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)?;
    match file.try_lock() {
        Ok(()) => Ok(DatabaseLock { _file: Some(file) }),
        Err(TryLockError::WouldBlock) => Err(BuildError::InUse(database)),
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(url: &str) -> Config {
        config::load_from([("DATABASE_URL".to_owned(), url.to_owned())], None).unwrap()
    }

    #[test]
    fn the_file_of_the_database_is_known() {
        for (url, file) in [
            (
                "sqlite://./data/fabrica.db?mode=rwc",
                Some("./data/fabrica.db"),
            ),
            ("sqlite:///var/shop.db", Some("/var/shop.db")),
            ("sqlite:shop.db", Some("shop.db")),
            ("sqlite::memory:", None),
            ("sqlite://x?mode=memory&cache=shared", None),
            ("postgres://db.example/shop", None),
        ] {
            assert_eq!(sqlite_file(&config(url)), file.map(PathBuf::from), "{url}");
        }
    }

    #[test]
    fn one_process_at_a_time_uses_a_sqlite_file() {
        let directory = std::env::temp_dir().join(format!("fabrica-lock-{}", std::process::id()));
        let config = config(&format!("sqlite://{}/a.db?mode=rwc", directory.display()));
        let first = lock_database(&config).unwrap();
        let second = lock_database(&config);
        assert!(matches!(second, Err(BuildError::InUse(_))), "{second:?}");
        drop(first);
        lock_database(&config).expect("free again");
        std::fs::remove_dir_all(directory).unwrap();
    }
}
