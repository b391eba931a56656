//! Bringing the database up to date.

use domain::base::database::Database;
use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, DatabaseBackend, DbErr, TransactionTrait};

use crate::{app, config::Config};

use super::Failure;

/// The advisory lock that replicas wait for: any number that nobody else uses.
const LOCK: i64 = 0x6661_6272_6963_6101;

/// Makes every change that is not made yet.
///
/// # Errors
/// The database cannot be opened, or a change fails; changes before it stay made.
pub async fn up(config: &Config) -> Result<(), Failure> {
    let _lock = app::lock_database(config)?;
    let database = app::open_database(config).await?;
    let names = apply(&database).await?;
    for name in &names {
        println!("made {name}");
    }
    if names.is_empty() {
        println!("the database is up to date");
    }
    Ok(())
}

/// Takes the newest changes back.
///
/// # Errors
/// The database cannot be opened, or a change cannot be taken back.
pub async fn down(config: &Config, steps: u32) -> Result<(), Failure> {
    let _lock = app::lock_database(config)?;
    let database = app::open_database(config).await?;
    Migrator::down(database.writer(), Some(steps)).await?;
    println!("took back {steps}");
    Ok(())
}

/// Prints which changes are made.
///
/// # Errors
/// The database cannot be opened.
pub async fn status(config: &Config) -> Result<(), Failure> {
    let database = app::open_database(config).await?;
    for made in Migrator::get_migration_models(database.writer()).await? {
        println!("made     {}", made.version);
    }
    let standing = standing(&database).await?;
    for name in standing.pending {
        println!("pending  {name}");
    }
    for name in standing.newer {
        println!("newer    {name}: made by a later release");
    }
    Ok(())
}

/// The names of the changes that are not made yet.
///
/// # Errors
/// The database does not answer, or knows changes that are neither ours nor newer than ours.
pub async fn pending(database: &Database) -> Result<Vec<String>, DbErr> {
    Ok(standing(database).await?.pending)
}

/// How a database stands to this program.
struct Standing {
    pending: Vec<String>,
    /// Changes of a newer program. Those of the next releases leave us all that we use: `docs/ADDING.md`.
    newer: Vec<String>,
}

async fn standing(database: &Database) -> Result<Standing, DbErr> {
    let ours: Vec<String> = Migrator::migrations()
        .iter()
        .map(|migration| migration.name().to_owned())
        .collect();
    let made = Migrator::get_migration_models(database.writer()).await?;
    let made: Vec<String> = made.into_iter().map(|row| row.version).collect();
    let pending: Vec<String> = ours
        .iter()
        .filter(|name| !made.contains(name))
        .cloned()
        .collect();
    let newer: Vec<String> = made
        .into_iter()
        .filter(|name| !ours.contains(name))
        .collect();
    let last = ours.last();
    let is_another_s = newer
        .iter()
        .any(|name| last.is_some_and(|last| name < last));
    if is_another_s || !(newer.is_empty() || pending.is_empty()) {
        return Err(DbErr::Migration(format!(
            "the database was changed by another program: {} are not known here",
            newer.join(", ")
        )));
    }
    Ok(Standing { pending, newer })
}

/// Makes every change that is not made yet, and names what it made; of several replicas one works and the
/// others wait, and find nothing to do.
///
/// # Errors
/// A change fails.
pub async fn apply(database: &Database) -> Result<Vec<String>, DbErr> {
    if database.engine() != DatabaseBackend::Postgres {
        return make_pending(database).await;
    }
    // The lock belongs to a transaction of its own, which only waits: without the usual time limits.
    let guard = database.writer().begin().await?;
    for statement in [
        "SET LOCAL statement_timeout = 0".to_owned(),
        "SET LOCAL lock_timeout = 0".to_owned(),
        "SET LOCAL idle_in_transaction_session_timeout = 0".to_owned(),
        format!("SELECT pg_advisory_xact_lock({LOCK})"),
    ] {
        guard.execute_unprepared(&statement).await?;
    }
    let made = make_pending(database).await;
    guard.rollback().await?;
    made
}

async fn make_pending(database: &Database) -> Result<Vec<String>, DbErr> {
    let standing = standing(database).await?;
    if !standing.newer.is_empty() {
        let newer = standing.newer.join(", ");
        tracing::warn!(
            newer,
            "the database is of a later release; this program serves on it as it is"
        );
    }
    if !standing.pending.is_empty() {
        Migrator::up(database.writer(), None).await?;
    }
    Ok(standing.pending)
}
