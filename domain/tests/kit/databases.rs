//! A fresh, migrated database for each test: a file for SQLite, a copy of a template for PostgreSQL.

use std::{
    env, fs,
    path::PathBuf,
    process,
    sync::atomic::{AtomicU32, Ordering},
    time::UNIX_EPOCH,
};

use domain::base::database::Database;
use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectOptions, ConnectionTrait, DatabaseConnection, DbBackend, Statement};

/// What serialises the making of the template among processes: any number that nobody else uses.
const TEMPLATE_LOCK: i64 = 0x6661_6272_6963;

fn unique_name() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("fabrica_test_{}_{count}", process::id())
}

/// Runs the test on a file that is gone afterwards, whatever the test says.
pub async fn on_sqlite<T, F>(test: T)
where
    T: FnOnce(Database) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    on_file(test, Directory::in_the(env::temp_dir())).await;
}

/// The same on a file in memory, where the machine has such: for tests of many thousand transactions, in which the
/// disk would be most of the time.
pub async fn on_sqlite_in_memory<T, F>(test: T)
where
    T: FnOnce(Database) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    let memory = PathBuf::from("/dev/shm");
    let place = if memory.is_dir() {
        memory
    } else {
        env::temp_dir()
    };
    on_file(test, Directory::in_the(place)).await;
}

async fn on_file<T, F>(test: T, directory: Directory)
where
    T: FnOnce(Database) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    let url = format!("sqlite://{}/shop.db?mode=rwc", directory.0.display());
    let database = Database::connect(&url).await.unwrap();
    Migrator::up(database.writer(), None).await.unwrap();
    let outcome = tokio::spawn(test(database)).await;
    drop(directory);
    hand_on(outcome);
}

/// The PostgreSQL to run on; `None` when whoever runs the tests leaves it out in so many words. A test that would be
/// run by half without a word fails.
pub fn postgres() -> Option<String> {
    let said = env::var("FABRICA_TEST_POSTGRES").unwrap_or_else(|_| {
        panic!(
            "FABRICA_TEST_POSTGRES is not set, so half of this test cannot run: say `make test`, set it to what \
             `scripts/postgres.sh start` prints, or set it to `off` to leave PostgreSQL out"
        )
    });
    (said != "off").then_some(said)
}

/// Runs the test on a database that is gone afterwards.
pub async fn on_postgres<T, F>(test: T)
where
    T: FnOnce(Database) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    let maintenance =
        postgres().expect("PostgreSQL is left out: leave tests named `…_on_postgres` out");
    let server = connect(&maintenance).await;
    let template = template(&server, &maintenance).await;
    let name = unique_name();
    // A run that was killed may have left one under the same process id.
    run(
        &server,
        &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
    )
    .await;
    run(
        &server,
        &format!("CREATE DATABASE {name} TEMPLATE {template} STRATEGY wal_log"),
    )
    .await;
    let database = Database::connect(&sibling(&maintenance, &name))
        .await
        .unwrap();
    let outcome = tokio::spawn(test(database)).await;
    run(&server, &format!("DROP DATABASE {name} WITH (FORCE)")).await;
    hand_on(outcome);
}

fn hand_on(outcome: Result<(), tokio::task::JoinError>) {
    if let Err(failure) = outcome {
        std::panic::resume_unwind(failure.into_panic());
    }
}

/// The migrated database that others are copied from. Its name tells which build of the tests made it, so
/// that a changed migration is never missed; those of older builds are dropped.
async fn template(server: &DatabaseConnection, maintenance: &str) -> String {
    let program = env::current_exe().unwrap();
    let built = fs::metadata(&program).unwrap().modified().unwrap();
    let built = built.duration_since(UNIX_EPOCH).unwrap().as_millis();
    let stem: String = program
        .file_stem()
        .unwrap()
        .to_string_lossy()
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect();
    // The end of the name is what differs from build to build; PostgreSQL's names have 63 characters at most.
    let tail = stem.len().saturating_sub(24);
    let family = format!("fabrica_template_{}_", stem.split_at(tail).1.to_lowercase());
    let name = format!("{family}{built}");
    // A lock of the session: this pool has one connection only.
    run(server, &format!("SELECT pg_advisory_lock({TEMPLATE_LOCK})")).await;
    let existing = databases_like(server, &family).await;
    if !existing.contains(&name) {
        for old in existing {
            run(
                server,
                &format!("DROP DATABASE IF EXISTS {old} WITH (FORCE)"),
            )
            .await;
        }
        // Under another name until it is ready: a run that is killed here leaves no half template.
        let unfinished = format!("{family}unfinished");
        run(server, &format!("CREATE DATABASE {unfinished}")).await;
        let database = connect(&sibling(maintenance, &unfinished)).await;
        Migrator::up(&database, None).await.unwrap();
        database.close().await.unwrap();
        run(
            server,
            &format!("ALTER DATABASE {unfinished} RENAME TO {name}"),
        )
        .await;
    }
    run(
        server,
        &format!("SELECT pg_advisory_unlock({TEMPLATE_LOCK})"),
    )
    .await;
    name
}

async fn databases_like(server: &DatabaseConnection, prefix: &str) -> Vec<String> {
    let query = Statement::from_sql_and_values(
        DbBackend::Postgres,
        "SELECT datname::text AS name FROM pg_database WHERE starts_with(datname, $1)",
        [prefix.into()],
    );
    let rows = server.query_all_raw(query).await.unwrap();
    rows.iter()
        .map(|row| row.try_get("", "name").unwrap())
        .collect()
}

fn sibling(maintenance: &str, name: &str) -> String {
    let (before, _) = maintenance.rsplit_once('/').unwrap();
    format!("{before}/{name}")
}

async fn connect(url: &str) -> DatabaseConnection {
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    sea_orm::Database::connect(options).await.unwrap()
}

async fn run(server: &DatabaseConnection, statement: &str) {
    server.execute_unprepared(statement).await.unwrap();
}

/// A directory that takes its files with it.
struct Directory(PathBuf);

impl Directory {
    fn in_the(place: PathBuf) -> Self {
        let path = place.join(unique_name());
        // The process id may have been somebody else's before.
        let _ = fs::remove_dir_all(&path);
        fs::create_dir(&path).unwrap();
        Self(path)
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
