//! Writing a backup.

use std::{
    fs::{self, File, OpenOptions},
    path::{Path, PathBuf},
    process::Stdio,
};

use chrono::{DateTime, Utc};
use domain::base::{
    backups,
    clock::{Clock, SystemClock},
    database::Database,
};
use sea_orm::{ConnectionTrait, DatabaseBackend, Statement};

use crate::{app, config::Config};

use super::{
    Failure,
    postgres_programs::{program, require_success},
};

/// Writes everything that the database holds into a new file, as of one instant, beside a running server. The file
/// has its name when it is complete, and not before.
///
/// # Errors
/// The file is there already or cannot be written, or the database cannot be read.
pub async fn run(config: &Config, file: &Path) -> Result<(), Failure> {
    refuse_to_overwrite(file)?;
    let taken_at = SystemClock.now();
    let unfinished = beside(file, ".unfinished");
    let written = write(config, &unfinished).await;
    let placed = written.and_then(|()| place(&unfinished, file));
    // There may be nothing to remove.
    let _ = fs::remove_file(&unfinished);
    let bytes = placed?;
    println!("{} has {bytes} bytes", file.display());
    println!("{}", what_else(config));
    if let Err(error) = note(config, taken_at, bytes).await {
        // It is as good as any other; only the figure that tells how old it is will be wrong.
        eprintln!("the backup is written, but the database could not note it: {error}");
    }
    Ok(())
}

/// Has the database know when it was backed up last. After the backup is there, so that one that failed is not noted.
async fn note(config: &Config, taken_at: DateTime<Utc>, bytes: u64) -> Result<(), Failure> {
    let database = app::open_database(config).await?;
    Ok(backups::note(&database, taken_at, bytes).await?)
}

/// Gives what was written its name, and how large it is. Unlike a renaming, a second name is refused by the system
/// where a file has it, whenever that came.
fn place(unfinished: &Path, file: &Path) -> Result<u64, Failure> {
    fs::hard_link(unfinished, file).map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(fs::metadata(file)?.len())
}

fn refuse_to_overwrite(file: &Path) -> Result<(), Failure> {
    match file.exists() {
        true => Err(format!("{} is there already; nothing was written", file.display()).into()),
        false => Ok(()),
    }
}

/// The same path with something after its name.
pub(super) fn beside(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

async fn write(config: &Config, unfinished: &Path) -> Result<(), Failure> {
    // One that was killed may have left its own.
    if unfinished.exists() {
        fs::remove_file(unfinished)?;
    }
    let file =
        create_private(unfinished).map_err(|error| format!("{}: {error}", unfinished.display()))?;
    if let Some(database) = app::sqlite_file(config) {
        // Opening it would make an empty one.
        if !database.is_file() {
            return Err(format!("there is no database at {}", database.display()).into());
        }
        let database = app::open_database(config).await?;
        copy_sqlite(&database, unfinished).await?;
    } else {
        dump_postgres(config, &file).await?;
    }
    Ok(file.sync_all()?)
}

/// A new file that its owner alone can read: it holds everybody's data.
pub(super) fn create_private(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

async fn copy_sqlite(database: &Database, to: &Path) -> Result<(), Failure> {
    let path = to
        .to_str()
        .ok_or("a backup of SQLite needs a path that is UTF-8")?;
    let copy =
        Statement::from_sql_and_values(DatabaseBackend::Sqlite, "VACUUM INTO ?", [path.into()]);
    database.writer().execute_raw(copy).await?;
    Ok(())
}

async fn dump_postgres(config: &Config, to: &File) -> Result<(), Failure> {
    // Not `output()`: it takes standard output for itself.
    let dump = program("pg_dump", config)?
        .args(["--format=custom", "--no-owner", "--no-privileges"])
        .arg("--no-password")
        .stdout(to.try_clone()?)
        .stderr(Stdio::piped())
        .spawn()?;
    let output = dump.wait_with_output().await?;
    require_success("pg_dump", &output)
}

/// What a shop needs besides its database to be opened elsewhere.
fn what_else(config: &Config) -> String {
    let directory = config.store.data_dir.display();
    match config.secrets.secret {
        Some(_) => format!(
            "Keep apart from it: FABRICA_SECRET, the other settings, and the keys and mails in {directory}. Without the secret, sessions, links and codes that were given out are worth nothing."
        ),
        None => format!(
            "Keep apart from it: the settings, and {directory} with secret.key and signing.key. Without them, sessions, links and codes that were given out are worth nothing."
        ),
    }
}
