//! Databases for tests: migrated and seeded once for each build of the program, then copied.

use std::{
    env,
    fs::{self, File},
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

use sea_orm::{ConnectOptions, ConnectionTrait, DatabaseConnection, DbBackend, Statement};

use super::server::{Home, PROGRAM, command};

/// What serialises the making of the template among test processes: any number that nobody else uses.
const TEMPLATE_LOCK: i64 = 0x6661_6272_6974;
const FAMILY: &str = "fabrica_it_template_";

/// Opens a connection for one test.
pub async fn connect(url: &str) -> DatabaseConnection {
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    sea_orm::Database::connect(options).await.unwrap()
}

/// When the program was built: a changed migration is never missed.
fn build() -> String {
    let built = fs::metadata(PROGRAM).unwrap().modified().unwrap();
    built
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_millis()
        .to_string()
}

/// Migrates a database and puts the demo accounts and plans into it.
pub fn seed(database_url: &str) {
    let home = Home::new();
    let settings = [
        ("DATABASE_URL", database_url.to_owned()),
        ("FABRICA_DATA_DIR", home.0.display().to_string()),
    ]
    .map(|(name, value)| (name.to_owned(), value));
    let status = command(&settings, &home.log())
        .arg("seed")
        .status()
        .unwrap();
    let log = fs::read_to_string(home.log()).unwrap();
    assert!(status.success(), "the seed failed:\n{log}");
}

/// Copies the seeded `SQLite` database to `file`.
pub async fn copy_sqlite(file: &Path) {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    fs::create_dir_all(&folder).unwrap();
    let template = folder.join(format!("{FAMILY}{}.db", build()));
    let lock = File::create(folder.join("fabrica_it_template.lock")).unwrap();
    lock.lock().unwrap();
    if !template.exists() {
        for old in fs::read_dir(&folder).unwrap().map(Result::unwrap) {
            let name = old.file_name().to_string_lossy().into_owned();
            if name.starts_with(FAMILY) {
                fs::remove_file(old.path()).unwrap();
            }
        }
        let home = Home::new();
        let url = format!("sqlite://{}/seeded.db?mode=rwc", home.0.display());
        seed(&url);
        let database = connect(&url).await;
        // Under another name until it is whole: a run that is killed here leaves no half template.
        let unfinished = template.with_extension("unfinished");
        let _ = fs::remove_file(&unfinished);
        let vacuum = format!("VACUUM INTO '{}'", unfinished.display());
        database.execute_unprepared(&vacuum).await.unwrap();
        database.close().await.unwrap();
        fs::rename(unfinished, &template).unwrap();
    }
    fs::copy(template, file).unwrap();
}

/// Makes a copy of the seeded PostgreSQL database under `name`, and returns its URL.
pub async fn copy_postgres(name: &str) -> String {
    let maintenance = maintenance_url();
    let server = connect(&maintenance).await;
    // A lock of the session: this pool has one connection only.
    run(
        &server,
        &format!("SELECT pg_advisory_lock({TEMPLATE_LOCK})"),
    )
    .await;
    let template = format!("{FAMILY}{}", build());
    let existing = templates(&server).await;
    if !existing.contains(&template) {
        for old in existing {
            run(&server, &format!("DROP DATABASE {old} WITH (FORCE)")).await;
        }
        let unfinished = format!("{FAMILY}unfinished");
        run(&server, &format!("CREATE DATABASE {unfinished}")).await;
        let url = sibling(&maintenance, &unfinished);
        tokio::task::spawn_blocking(move || seed(&url))
            .await
            .unwrap();
        // The seed has ended, but its connections may live a moment longer.
        let end = format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{unfinished}'"
        );
        run(&server, &end).await;
        run(
            &server,
            &format!("ALTER DATABASE {unfinished} RENAME TO {template}"),
        )
        .await;
    }
    // A run that was killed may have left one under the same process id.
    run(
        &server,
        &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
    )
    .await;
    let create = format!("CREATE DATABASE {name} TEMPLATE {template} STRATEGY wal_log");
    run(&server, &create).await;
    run(
        &server,
        &format!("SELECT pg_advisory_unlock({TEMPLATE_LOCK})"),
    )
    .await;
    sibling(&maintenance, name)
}

/// Makes a database under `name` with nothing in it, and returns its URL.
pub async fn empty_postgres(name: &str) -> String {
    let maintenance = maintenance_url();
    let server = connect(&maintenance).await;
    let old = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
    run(&server, &old).await;
    run(&server, &format!("CREATE DATABASE {name}")).await;
    sibling(&maintenance, name)
}

/// Removes a copy.
pub async fn drop_postgres(name: &str) {
    let server = connect(&maintenance_url()).await;
    run(&server, &format!("DROP DATABASE {name} WITH (FORCE)")).await;
}

fn maintenance_url() -> String {
    env::var("FABRICA_TEST_POSTGRES").unwrap_or_else(|_| {
        panic!(
            "FABRICA_TEST_POSTGRES is not set, so this half cannot run: say `make test`, or set it to what \
             `scripts/postgres.sh start` prints"
        )
    })
}

fn sibling(maintenance: &str, name: &str) -> String {
    let (before, _) = maintenance.rsplit_once('/').unwrap();
    format!("{before}/{name}")
}

async fn templates(server: &DatabaseConnection) -> Vec<String> {
    let query = Statement::from_sql_and_values(
        DbBackend::Postgres,
        "SELECT datname::text AS name FROM pg_database WHERE starts_with(datname, $1)",
        [FAMILY.into()],
    );
    let rows = server.query_all_raw(query).await.unwrap();
    rows.iter()
        .map(|row| row.try_get("", "name").unwrap())
        .collect()
}

async fn run(server: &DatabaseConnection, statement: &str) {
    server.execute_unprepared(statement).await.unwrap();
}
