//! Bringing a database back from a backup.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
    process::ExitCode,
};

use chrono::{DateTime, Utc};
use domain::base::{
    clock::{Clock, SystemClock},
    database::Database,
};
use sea_orm::{ConnectionTrait, Statement};

use crate::{app, cli::Restore, config::Config};

use super::{
    Failure,
    backup::{beside, create_private},
    migrate,
    postgres_programs::{program, require_success},
    verify,
};

/// How each kind of backup begins.
const SQLITE: &[u8] = b"SQLite format 3\0";
const POSTGRES: &[u8] = b"PGDMP";

/// Brings a database back and up to date, and looks whether everything in it is as it must be; the exit code tells.
/// What is there is never lost: a `SQLite` file is kept under another name, and only when that was asked for; a
/// PostgreSQL database must be empty.
///
/// # Errors
/// A server uses the database, it is not empty, or the file is no backup for it: then nothing was changed.
pub async fn run(config: &Config, wanted: &Restore) -> Result<ExitCode, Failure> {
    let lock = app::lock_database(config)?;
    match app::sqlite_file(config) {
        Some(target) => restore_sqlite(wanted, &target)?,
        None => restore_postgres(config, wanted).await?,
    }
    let database = app::open_database(config).await?;
    if config.store.migrate {
        for name in migrate::apply(&database).await? {
            println!("made {name}");
        }
    }
    is_sound(&database).await?;
    if !migrate::pending(&database).await?.is_empty() {
        return Err("it is back, but older than this program; run `fabrica migrate up`, then `fabrica verify`".into());
    }
    println!("{} is back", wanted.file.display());
    let proved = verify::prove(&database, &[]).await;
    drop(lock);
    proved
}

fn require_beginning(file: &Path, beginning: &[u8]) -> Result<(), Failure> {
    let mut first = Vec::new();
    let length = u64::try_from(beginning.len())?;
    File::open(file)
        .and_then(|opened| opened.take(length).read_to_end(&mut first))
        .map_err(|error| format!("{}: {error}", file.display()))?;
    match first == beginning {
        true => Ok(()),
        false => Err(format!("{} is no backup of such a database", file.display()).into()),
    }
}

fn restore_sqlite(wanted: &Restore, target: &Path) -> Result<(), Failure> {
    require_beginning(&wanted.file, SQLITE)?;
    if target.exists() && !wanted.replace {
        return Err(format!(
            "{} is there already; with --replace it is kept under another name",
            target.display()
        )
        .into());
    }
    let arriving = beside(target, ".arriving");
    if arriving.exists() {
        fs::remove_file(&arriving)?;
    }
    copy_private(&wanted.file, &arriving)?;
    if target.exists() {
        let kept = set_aside(target, SystemClock.now())?;
        println!("what was there is {}", kept.display());
    }
    Ok(fs::rename(arriving, target)?)
}

fn copy_private(from: &Path, to: &Path) -> io::Result<()> {
    let mut copy = create_private(to)?;
    io::copy(&mut File::open(from)?, &mut copy)?;
    copy.sync_all()
}

/// Gives the database and its log, which may hold what was committed last, another name; the new one.
fn set_aside(target: &Path, now: DateTime<Utc>) -> io::Result<PathBuf> {
    let kept = beside(target, &now.format(".%Y%m%dT%H%M%S%.fZ.kept").to_string());
    for end in ["-wal", "-shm", ""] {
        let from = beside(target, end);
        if from.exists() {
            fs::rename(from, beside(&kept, end))?;
        }
    }
    Ok(kept)
}

async fn restore_postgres(config: &Config, wanted: &Restore) -> Result<(), Failure> {
    require_beginning(&wanted.file, POSTGRES)?;
    if wanted.replace {
        return Err("--replace is for SQLite; make a new, empty PostgreSQL database and name it in DATABASE_URL".into());
    }
    let database = app::open_database(config).await?;
    let tables = ask::<i64>(
        &database,
        "SELECT count(*) AS answer FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')",
    )
    .await?;
    if tables > 0 {
        return Err(format!(
            "the database has {tables} tables; make a new, empty one and name it in DATABASE_URL"
        )
        .into());
    }
    let name: String = ask(&database, "SELECT current_database()::text AS answer").await?;
    let output = program("pg_restore", config)?
        .args(["--single-transaction", "--exit-on-error", "--no-owner"])
        .args(["--no-privileges", "--no-password"])
        // As a part of a connection's text, so that a name with `=` in it is still a name.
        .arg(format!(
            "--dbname=dbname='{}'",
            name.replace('\\', r"\\").replace('\'', r"\'")
        ))
        .arg(&wanted.file)
        .output()
        .await?;
    require_success("pg_restore", &output)
}

async fn ask<T: sea_orm::TryGetable>(database: &Database, query: &str) -> Result<T, Failure> {
    let statement = Statement::from_string(database.engine(), query);
    let row = database.writer().query_one_raw(statement).await?;
    Ok(row
        .ok_or("the database gave no answer")?
        .try_get("", "answer")?)
}

/// Whether the pages of a `SQLite` file fit together; PostgreSQL has checked its own while it read.
async fn is_sound(database: &Database) -> Result<(), Failure> {
    if database.is_shared() {
        return Ok(());
    }
    let said: String = ask(
        database,
        "SELECT group_concat(integrity_check, '; ') AS answer FROM pragma_integrity_check",
    )
    .await?;
    match said.as_str() {
        "ok" => Ok(()),
        _ => Err(format!("the file is damaged: {said}").into()),
    }
}
